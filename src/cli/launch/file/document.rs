//! The text of a launch file as keys and values, each with the line that it stands on.
//!
//! Which keys there are is not known here. Values are the text that was written: 1.10 stays 1.10.

use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, EnumAccess, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_yaml::Deserializer;

/// The keys and values of a file, in its order.
#[derive(Debug)]
pub(super) struct Document {
    text: String,
    pub(super) entries: Vec<(String, Node)>,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// Nothing: a key alone, `~` or `null`.
    Nothing,
    /// Text, a number, true or false.
    Text(String),
    List(Vec<Node>),
    Mapping(Vec<(String, Node)>),
}

/// A text that has no keys and values.
#[derive(Debug)]
pub(super) enum NoDocument {
    Empty,
    NotAMapping,
    NotYaml(serde_yaml::Error),
}

impl Document {
    pub(super) fn read(text: &str) -> Result<Self, NoDocument> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let shape =
            <Shape as Deserialize>::deserialize(Deserializer::from_str(text)).map_err(NoDocument::NotYaml)?;
        let node =
            DeserializeSeed::deserialize(shape, Deserializer::from_str(text)).map_err(NoDocument::NotYaml)?;
        match node {
            Node::Mapping(entries) if entries.is_empty() => Err(NoDocument::Empty),
            Node::Mapping(entries) => Ok(Self { text: text.to_owned(), entries }),
            Node::Nothing => Err(NoDocument::Empty),
            Node::Text(_) | Node::List(_) => Err(NoDocument::NotAMapping),
        }
    }

    /// The line of a key (`[2]`: the third one), or of what is in its value (`[2, 0]`: the first of it).
    pub(super) fn line(&self, path: &[usize]) -> Option<usize> {
        let fault = Probe(path).deserialize(Deserializer::from_str(&self.text)).err()?;
        fault.location().map(|location| location.line())
    }
}

/// What kind of a value each one is. It is found first: read as anything, a number has lost how it was written.
enum Shape {
    Nothing,
    Text,
    List(Vec<Shape>),
    Mapping(Vec<Shape>),
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Nothing)
    }

    fn visit_none<E>(self) -> Result<Shape, E> {
        Ok(Shape::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Shape, A::Error> {
        let mut shapes = Vec::new();
        while let Some(shape) = access.next_element()? {
            shapes.push(shape);
        }
        Ok(Shape::List(shapes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Shape, A::Error> {
        let mut shapes = Vec::new();
        while let Some((IgnoredAny, shape)) = access.next_entry()? {
            shapes.push(shape);
        }
        Ok(Shape::Mapping(shapes))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<Shape, A::Error> {
        Err(A::Error::custom("a tag such as !name means nothing here"))
    }
}

impl<'de> DeserializeSeed<'de> for Shape {
    type Value = Node;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        match self {
            Self::Nothing => IgnoredAny::deserialize(deserializer).map(|_| Node::Nothing),
            Self::Text => String::deserialize(deserializer).map(Node::Text),
            Self::List(shapes) => deserializer.deserialize_seq(NodeVisitor(shapes)),
            Self::Mapping(shapes) => deserializer.deserialize_map(NodeVisitor(shapes)),
        }
    }
}

/// Reads what is in a list or a mapping whose shape is known.
struct NodeVisitor(Vec<Shape>);

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or a mapping")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        for shape in self.0 {
            nodes.extend(access.next_element_seed(shape)?);
        }
        access.next_element::<IgnoredAny>()?;
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        for shape in self.0 {
            let Some(key) = access.next_key()? else { break };
            entries.push((key, access.next_value_seed(shape)?));
        }
        access.next_key::<IgnoredAny>()?;
        Ok(Node::Mapping(entries))
    }
}

/// Fails at the value that a path leads to: where an error is raised is the one place that the reader tells of.
struct Probe<'p>(&'p [usize]);

impl<'de> DeserializeSeed<'de> for Probe<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0 {
            // Nothing is what this visitor expects.
            [] => deserializer.deserialize_str(self),
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Probe<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another place")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let Some((wanted, rest)) = self.0.split_first() else { return Ok(()) };
        for _ in 0..*wanted {
            access.next_element::<IgnoredAny>()?;
        }
        access.next_element_seed(Probe(rest)).map(drop)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let Some((wanted, rest)) = self.0.split_first() else { return Ok(()) };
        for _ in 0..*wanted {
            access.next_entry::<IgnoredAny, IgnoredAny>()?;
        }
        if rest.is_empty() {
            return access.next_key_seed(Probe(&[])).map(drop);
        }
        access.next_key::<IgnoredAny>()?;
        access.next_value_seed(Probe(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Node {
        Node::Text(text.to_owned())
    }

    #[test]
    fn a_value_is_the_text_that_was_written() {
        let read = |value: &str| Document::read(&format!("key: {value}\n")).unwrap().entries.remove(0).1;
        for plain in
            ["1.10", "007", "1e3", "18:00", "0x1F", "true", "yes", "2026-11-22T18:00:00Z", "1_000", ".5"]
        {
            assert_eq!(read(plain), text(plain), "{plain}");
        }
        assert_eq!(read("'it''s # 1' # two"), text("it's # 1"));
        assert_eq!(read("\"null\""), text("null"));
        assert_eq!(read("|\n  a\n  b"), text("a\nb\n"));
        assert_eq!(
            read("99999999999999999999999999999999999999999999"),
            text("99999999999999999999999999999999999999999999")
        );
        for nothing in ["", "~", "null"] {
            assert_eq!(read(nothing), Node::Nothing, "{nothing}");
        }
        assert_eq!(read("[a, 1.0]"), Node::List(vec![text("a"), text("1.0")]));
        assert_eq!(
            read("{A: 1.0, B: }"),
            Node::Mapping(vec![("A".into(), text("1.0")), ("B".into(), Node::Nothing)])
        );
        assert_eq!(read("&a x\nother: *a"), text("x"));
    }

    #[test]
    fn lines_are_those_of_the_file_whatever_stands_before() {
        let text = "# ttl: 1h\n\"name\": |\n  ttl: 2h\n\n  x\n'ttl' : 1h\ntag:\n  # comment\n  a: b\n\n  c:\n    d\nregion: [\n  us-east-1,\n  us-west-2 ]\n? ami\n: x\n";
        let document = Document::read(text).unwrap();
        let keys: Vec<&str> = document.entries.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["name", "ttl", "tag", "region", "ami"]);
        let lines: Vec<_> = (0..5).map(|key| document.line(&[key]).unwrap()).collect();
        assert_eq!(lines, [2, 6, 7, 13, 16]);
        assert_eq!((document.line(&[2, 0]), document.line(&[2, 1])), (Some(9), Some(11)));
        assert_eq!((document.line(&[3, 0]), document.line(&[3, 1])), (Some(14), Some(15)));
    }

    #[test]
    fn what_is_no_list_of_keys_is_said_to_be_none() {
        for empty in ["", "\n# nothing\n", "---\n", "{}", "~"] {
            assert!(matches!(Document::read(empty), Err(NoDocument::Empty)), "{empty:?}");
        }
        for other in ["text", "- a\n- b", "7"] {
            assert!(matches!(Document::read(other), Err(NoDocument::NotAMapping)), "{other:?}");
        }
        for broken in [
            "a: [",
            "a: b: c",
            "\ta: b",
            "a: b\n---\na: c\n",
            "a: *b",
            "a: !tag b",
            "!tag {a: b}",
            "a: \"\\q\"",
        ] {
            assert!(matches!(Document::read(broken), Err(NoDocument::NotYaml(_))), "{broken:?}");
        }
    }

    #[test]
    fn a_file_that_refers_to_itself_again_and_again_ends() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..20 {
            let above = level - 1;
            text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{above}"); 9].join(", ")));
        }
        assert!(matches!(Document::read(&text), Err(NoDocument::NotYaml(_))));
        let deep = format!("a: {}{}", "[".repeat(1_000), "]".repeat(1_000));
        assert!(matches!(Document::read(&deep), Err(NoDocument::NotYaml(_))));
    }
}
