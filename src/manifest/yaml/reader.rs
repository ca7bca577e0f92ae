//! From nested values into a type, by serde, without stopping at the first fault.
//!
//! A key that a type does not know is a fault and is passed over; a [`Located`](super::Located) that is not understood is a
//! fault and is without a value. So one reading finds all faults. What a value means beyond its type is not known here.

use std::cell::RefCell;
use std::collections::HashSet;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;

use super::fault::{Mark, ReadFault, nearest};
use super::located::{LOCATED, MANY, SHORT};
use super::tree::{Key, Node, Value};

/// Reads a value into a type; all that is wrong with it goes into `faults`. Where that leaves nothing, so is the answer.
pub fn read<T: DeserializeOwned>(node: &Node, faults: &mut Vec<ReadFault>) -> Option<T> {
    let found = RefCell::new(Vec::new());
    let reader = Reader { node, faults: &found, form: Form::Whole };
    let value = T::deserialize(reader).map_err(|fault| found.borrow_mut().push(fault.or_at(node.mark))).ok();
    faults.append(&mut found.into_inner());
    value
}

/// What may stand for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Whole,
    /// A text for a mapping with only its first key.
    Short,
    /// A value for a list with only that.
    Many,
}

#[derive(Clone, Copy)]
struct Reader<'n> {
    node: &'n Node,
    faults: &'n RefCell<Vec<ReadFault>>,
    form: Form,
}

impl<'n> Reader<'n> {
    fn of(self, node: &'n Node) -> Self {
        Self { node, form: Form::Whole, ..self }
    }

    fn fault(self, fault: ReadFault) {
        self.faults.borrow_mut().push(fault.or_at(self.node.mark));
    }

    /// That something else was wanted.
    fn other(self, expected: &'static str) -> ReadFault {
        let unexpected = match &self.node.value {
            Value::Nothing => Unexpected::Unit,
            Value::Text { text, .. } => Unexpected::Str(text),
            Value::List(_) => Unexpected::Seq,
            Value::Mapping(_) => Unexpected::Map,
        };
        <ReadFault as de::Error>::invalid_type(unexpected, &expected).or_at(self.node.mark)
    }

    fn text<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ReadFault> {
        match &self.node.value {
            Value::Text { text, .. } => {
                visitor.visit_str(text).map_err(|fault: ReadFault| fault.or_at(self.node.mark))
            }
            Value::Nothing | Value::List(_) | Value::Mapping(_) => Err(self.other("a text")),
        }
    }

    /// The entries that a type knows, in its own spelling; the others are faults.
    fn known(self, fields: &'static [&'static str]) -> Vec<(&'static str, &'n Node)> {
        let mut seen = HashSet::new();
        let known = self.node.entries().iter().filter_map(|(key, node)| {
            let spelt = key.text.replace('-', "_");
            let Some(field) = fields.iter().copied().find(|field| *field == spelt) else {
                self.fault(unknown_key(key, fields));
                return None;
            };
            if !seen.insert(field) {
                self.fault(ReadFault::at(
                    key.mark,
                    "duplicate-key",
                    format!("the key {field:?} is given twice, once with _ and once with -"),
                ));
                return None;
            }
            Some((field, node))
        });
        known.collect()
    }
}

fn unknown_key(key: &Key, fields: &'static [&'static str]) -> ReadFault {
    let fault = ReadFault::at(key.mark, "unknown-key", format!("no key is called {:?} here", key.text));
    match nearest(&key.text, fields.iter().copied()) {
        Some(nearest) => fault.hint(format!("did you mean {nearest}?")),
        None => fault.hint(format!("the keys here are {}", fields.join(", "))),
    }
}

macro_rules! numbers {
    ($($deserialize:ident $visit:ident $kind:ty),*) => {
        $(fn $deserialize<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ReadFault> {
            let number = match &self.node.value {
                Value::Text { text, plain: true } => text.parse::<$kind>().ok(),
                Value::Text { plain: false, .. } | Value::Nothing | Value::List(_) | Value::Mapping(_) => None,
            };
            match number {
                Some(number) => visitor.$visit(number).map_err(|fault: ReadFault| fault.or_at(self.node.mark)),
                None => Err(self.other("a whole number")),
            }
        })*
    };
}

impl<'n> Deserializer<'n> for Reader<'n> {
    type Error = ReadFault;

    fn deserialize_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ReadFault> {
        match &self.node.value {
            Value::Nothing => visitor.visit_unit(),
            Value::Text { .. } => self.text(visitor),
            Value::List(_) => self.deserialize_seq(visitor),
            Value::Mapping(_) => self.deserialize_map(visitor),
        }
    }

    numbers!(
        deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16, deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64, deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32, deserialize_i64 visit_i64 i64
    );

    fn deserialize_bool<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ReadFault> {
        let Value::Text { text, plain: true } = &self.node.value else {
            return Err(self.other("true or false"));
        };
        match text.as_str() {
            "true" | "True" | "TRUE" => visitor.visit_bool(true),
            "false" | "False" | "FALSE" => visitor.visit_bool(false),
            _ => Err(self.other("true or false")),
        }
    }

    fn deserialize_str<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ReadFault> {
        self.text(visitor)
    }

    fn deserialize_string<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ReadFault> {
        self.text(visitor)
    }

    fn deserialize_option<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ReadFault> {
        match self.node.value {
            Value::Nothing => visitor.visit_none(),
            Value::Text { .. } | Value::List(_) | Value::Mapping(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'n>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadFault> {
        match name {
            LOCATED => visitor.visit_seq(Placed { reader: self, step: 0 }),
            SHORT => visitor.visit_newtype_struct(Self { form: Form::Short, ..self }),
            MANY => visitor.visit_newtype_struct(Self { form: Form::Many, ..self }),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ReadFault> {
        let nodes = match &self.node.value {
            Value::List(nodes) => nodes.as_slice(),
            Value::Nothing => &[],
            Value::Text { .. } | Value::Mapping(_) if self.form == Form::Many => {
                std::slice::from_ref(self.node)
            }
            Value::Text { .. } | Value::Mapping(_) => return Err(self.other("a list")),
        };
        visitor.visit_seq(Elements { reader: self, nodes: nodes.iter() })
    }

    fn deserialize_map<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, ReadFault> {
        match &self.node.value {
            Value::Nothing | Value::Mapping(_) => {
                let entries: Vec<_> =
                    self.node.entries().iter().map(|(key, node)| (key.text.as_str(), node)).collect();
                visitor.visit_map(Entries { reader: self, entries: entries.into_iter(), node: None })
            }
            Value::Text { .. } | Value::List(_) => Err(self.other("a mapping of keys and values")),
        }
    }

    fn deserialize_struct<V: Visitor<'n>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadFault> {
        let entries = match (&self.node.value, fields.first()) {
            (Value::Mapping(_), _) => self.known(fields),
            (Value::Text { .. }, Some(first)) if self.form == Form::Short => vec![(*first, self.node)],
            _ if self.form == Form::Short => return Err(self.other("a text or a mapping")),
            _ => return Err(self.other("a mapping of keys and values")),
        };
        let access = Entries { reader: self, entries: entries.into_iter(), node: None };
        visitor.visit_map(access).map_err(|fault| fault.or_at(self.node.mark))
    }

    fn deserialize_enum<V: Visitor<'n>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadFault> {
        let Value::Text { text, .. } = &self.node.value else { return Err(self.other("a word")) };
        let word: StrDeserializer<'_, ReadFault> = text.as_str().into_deserializer();
        visitor.visit_enum(word).map_err(|fault| fault.or_at(self.node.mark))
    }

    forward_to_deserialize_any! {
        <V: Visitor<'n>>
        i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

/// The line and the column of a value, then the value, unless it is a fault.
struct Placed<'n> {
    reader: Reader<'n>,
    step: u8,
}

impl<'n> SeqAccess<'n> for Placed<'n> {
    type Error = ReadFault;

    fn next_element_seed<S: DeserializeSeed<'n>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadFault> {
        let Mark { line, column } = self.reader.node.mark;
        self.step += 1;
        match self.step {
            1 => seed.deserialize(line.into_deserializer()).map(Some),
            2 => seed.deserialize(column.into_deserializer()).map(Some),
            _ => Ok(seed.deserialize(self.reader).map_err(|fault| self.reader.fault(fault)).ok()),
        }
    }
}

struct Elements<'n> {
    reader: Reader<'n>,
    nodes: std::slice::Iter<'n, Node>,
}

impl<'n> SeqAccess<'n> for Elements<'n> {
    type Error = ReadFault;

    fn next_element_seed<S: DeserializeSeed<'n>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadFault> {
        self.nodes.next().map(|node| seed.deserialize(self.reader.of(node))).transpose()
    }
}

struct Entries<'n> {
    reader: Reader<'n>,
    entries: std::vec::IntoIter<(&'n str, &'n Node)>,
    node: Option<&'n Node>,
}

impl<'n> MapAccess<'n> for Entries<'n> {
    type Error = ReadFault;

    fn next_key_seed<S: DeserializeSeed<'n>>(&mut self, seed: S) -> Result<Option<S::Value>, ReadFault> {
        let Some((key, node)) = self.entries.next() else { return Ok(None) };
        self.node = Some(node);
        let key: StrDeserializer<'_, ReadFault> = key.into_deserializer();
        seed.deserialize(key).map(Some).map_err(|fault| fault.or_at(node.mark))
    }

    fn next_value_seed<S: DeserializeSeed<'n>>(&mut self, seed: S) -> Result<S::Value, ReadFault> {
        let node = self.node.take().ok_or_else(|| de::Error::custom("a key is without a value"))?;
        seed.deserialize(self.reader.of(node))
    }
}
