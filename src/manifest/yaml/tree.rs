//! The text of a file as nested values, each with the place that it stands in.
//!
//! What they mean is not known here. What is no document of keys and values is refused: a second document, tags, merge keys,
//! and what refers to itself until memory ends.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};

use super::fault::{Mark, ReadFault};

/// How deep values may lie within each other.
const MOST_LEVELS: usize = 64;

/// How many values there may be, those counted anew that are referred to.
const MOST_NODES: usize = 100_000;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where it begins.
    pub mark: Mark,
    /// What it is.
    pub value: Value,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A key alone, `~` or `null`.
    Nothing,
    /// Text, a number, true or false: as it was written.
    Text {
        /// The text.
        text: String,
        /// Whether it stands without quotes, so that readers of YAML may take it for a number.
        plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// Keys and values, in the order in which they were written; no key twice.
    Mapping(Vec<(Key, Node)>),
}

/// A key and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Where it begins.
    pub mark: Mark,
    /// Its text.
    pub text: String,
}

impl Node {
    /// Reads a text; a text that says nothing is [`Value::Nothing`].
    ///
    /// Faults that leave the rest readable, such as a key that is there twice, go into `faults`.
    ///
    /// # Errors
    /// Where the text is not YAML, or more than one document.
    pub fn read(text: &str, faults: &mut Vec<ReadFault>) -> Result<Self, ReadFault> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut builder = Builder { open: Vec::new(), anchors: HashMap::new(), root: None, nodes: 0, faults };
        let mut parser = Parser::new_from_str(text);
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| not_yaml(&error))?;
            builder.take(event, mark_of(span))?;
        }
        Ok(builder.root.unwrap_or(Self { mark: Mark::START, value: Value::Nothing }))
    }

    /// The value of a key, where this is a mapping that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.entries().iter().find(|(key, _)| key.text == name).map(|(_, node)| node)
    }

    /// The keys and values of a mapping; none of anything else.
    #[must_use]
    pub fn entries(&self) -> &[(Key, Self)] {
        match &self.value {
            Value::Mapping(entries) => entries,
            Value::Nothing | Value::Text { .. } | Value::List(_) => &[],
        }
    }

    /// The same to change them; where there is nothing yet, a mapping begins.
    pub fn entries_mut(&mut self) -> Option<&mut Vec<(Key, Self)>> {
        if self.value == Value::Nothing {
            self.value = Value::Mapping(Vec::new());
        }
        match &mut self.value {
            Value::Mapping(entries) => Some(entries),
            Value::Nothing | Value::Text { .. } | Value::List(_) => None,
        }
    }

    /// The values of a list; none of anything else.
    pub fn elements_mut(&mut self) -> &mut [Self] {
        match &mut self.value {
            Value::List(nodes) => nodes,
            Value::Nothing | Value::Text { .. } | Value::Mapping(_) => &mut [],
        }
    }

    /// Takes a key out, with its value.
    pub fn take(&mut self, name: &str) -> Option<(Key, Self)> {
        let entries = self.entries_mut()?;
        let at = entries.iter().position(|(key, _)| key.text == name)?;
        Some(entries.remove(at))
    }

    /// Puts a key in.
    pub fn put(&mut self, mark: Mark, name: &str, node: Self) {
        if let Some(entries) = self.entries_mut() {
            entries.push((Key { mark, text: name.to_owned() }, node));
        }
    }

    /// Puts values at the end of the list that a key has, which is made where there is none.
    pub fn append(&mut self, mark: Mark, name: &str, more: Vec<Self>) {
        match self.entries_mut().and_then(|entries| entries.iter_mut().find(|(key, _)| key.text == name)) {
            None => self.put(mark, name, Self { mark, value: Value::List(more) }),
            Some((_, node)) => match &mut node.value {
                Value::List(nodes) => nodes.extend(more),
                Value::Nothing => node.value = Value::List(more),
                // What is no list is a fault of its own.
                Value::Text { .. } | Value::Mapping(_) => {}
            },
        }
    }

    /// The text, where it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text { text, .. } => Some(text),
            Value::Nothing | Value::List(_) | Value::Mapping(_) => None,
        }
    }

    /// A text that was written without quotes.
    #[must_use]
    pub fn plain(mark: Mark, text: &str) -> Self {
        Self { mark, value: Value::Text { text: text.to_owned(), plain: true } }
    }

    fn count(&self) -> usize {
        1 + match &self.value {
            Value::Nothing | Value::Text { .. } => 0,
            Value::List(nodes) => nodes.iter().map(Self::count).sum(),
            Value::Mapping(entries) => entries.iter().map(|(_, node)| node.count()).sum(),
        }
    }
}

/// The text with one kind of line breaks, so that its lines are those that YAML counts.
#[must_use]
pub fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn mark_of(span: Span) -> Mark {
    Mark { line: span.start.line().max(1), column: span.start.col() + 1 }
}

fn not_yaml(error: &ScanError) -> ReadFault {
    let mark = Mark { line: error.marker().line().max(1), column: error.marker().col() + 1 };
    ReadFault::at(mark, "not-yaml", format!("this is not YAML: {}", error.info()))
}

/// A list or a mapping that is not at its end yet.
struct Open {
    mark: Mark,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Mapping { entries: Vec<(Key, Node)>, key: Option<Key> },
}

/// Puts the parser's events together.
struct Builder<'f> {
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    root: Option<Node>,
    nodes: usize,
    faults: &'f mut Vec<ReadFault>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, mark: Mark) -> Result<(), ReadFault> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) if self.root.is_some() => {
                Err(ReadFault::at(mark, "not-yaml", "a second document begins here; a file is one"))
            }
            Event::DocumentStart(_) => Ok(()),
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).ok_or_else(|| {
                    ReadFault::at(mark, "not-yaml", "this refers to something that is not said before it")
                })?;
                self.nodes += known.count();
                let value = known.value.clone();
                self.place(Node { mark, value }, 0)
            }
            Event::Scalar(text, style, anchor, tag) => {
                refuse_tag(tag.is_some(), mark)?;
                let plain = style == ScalarStyle::Plain;
                let value = match text.as_ref() {
                    "" | "~" | "null" | "Null" | "NULL" if plain => Value::Nothing,
                    text => Value::Text { text: text.to_owned(), plain },
                };
                self.place(Node { mark, value }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                refuse_tag(tag.is_some(), mark)?;
                self.begin(Open { mark, anchor, content: Content::List(Vec::new()) })
            }
            Event::MappingStart(anchor, tag) => {
                refuse_tag(tag.is_some(), mark)?;
                let content = Content::Mapping { entries: Vec::new(), key: None };
                self.begin(Open { mark, anchor, content })
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { mark, anchor, content }) = self.open.pop() else { return Ok(()) };
                let value = match content {
                    Content::List(nodes) => Value::List(nodes),
                    Content::Mapping { entries, .. } => Value::Mapping(entries),
                };
                self.place(Node { mark, value }, anchor)
            }
        }
    }

    fn begin(&mut self, open: Open) -> Result<(), ReadFault> {
        if self.open.len() >= MOST_LEVELS {
            let message = format!("this is the {}th level of lists and mappings", MOST_LEVELS + 1);
            return Err(ReadFault::at(open.mark, "not-yaml", message));
        }
        self.open.push(open);
        Ok(())
    }

    fn place(&mut self, node: Node, anchor: usize) -> Result<(), ReadFault> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(ReadFault::at(node.mark, "not-yaml", "there are too many values up to here"));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::List(nodes)) => nodes.push(node),
            Some(Content::Mapping { key: key @ None, .. }) => *key = Some(key_of(node)?),
            Some(Content::Mapping { entries, key: key @ Some(_) }) => {
                let Some(key) = key.take() else { return Ok(()) };
                match entries.iter().find(|(other, _)| other.text == key.text) {
                    Some((first, _)) => self.faults.push(twice(&key, first)),
                    None => entries.push((key, node)),
                }
            }
        }
        Ok(())
    }
}

fn refuse_tag(is_tagged: bool, mark: Mark) -> Result<(), ReadFault> {
    if is_tagged {
        return Err(ReadFault::at(mark, "not-yaml", "a tag such as !name means nothing here"));
    }
    Ok(())
}

fn key_of(node: Node) -> Result<Key, ReadFault> {
    match node.value {
        Value::Text { text, .. } if text == "<<" => {
            Err(ReadFault::at(node.mark, "not-yaml", "the merge key << means nothing here"))
        }
        Value::Text { text, .. } => Ok(Key { mark: node.mark, text }),
        Value::Nothing => Ok(Key { mark: node.mark, text: String::new() }),
        Value::List(_) | Value::Mapping(_) => Err(ReadFault::at(
            node.mark,
            "not-yaml",
            "a key has to be a word, and this is a list or a mapping",
        )),
    }
}

fn twice(key: &Key, first: &Key) -> ReadFault {
    let message = format!("the key {:?} is given twice: line {} has it too", key.text, first.mark.line);
    ReadFault::at(key.mark, "duplicate-key", message)
        .hint("keep one of them; what has several values is a list")
}
