//! A record as a tree of texts, its fields in the order in which the struct declares them.
//!
//! Unlike the value types of the JSON and YAML libraries it keeps the place of a field that was skipped because it is
//! absent, so that rows with and without it agree on the order of their columns.

use std::borrow::Cow;
use std::fmt::Display;

use serde::Serialize;
use serde::de::value::Error;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// A value without its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tree {
    /// Nothing, or a field that was skipped.
    Absent,
    Text(String),
    List(Vec<Tree>),
    Fields(Vec<(Cow<'static, str>, Tree)>),
}

impl Tree {
    pub(super) fn of(value: &(impl Serialize + ?Sized)) -> Result<Self, Error> {
        value.serialize(TreeSerializer)
    }

    /// The tree under a variant's name, where it is a variant's.
    fn under(self, variant: Option<&'static str>) -> Self {
        match variant {
            Some(variant) => Self::Fields(vec![(Cow::Borrowed(variant), self)]),
            None => self,
        }
    }
}

struct TreeSerializer;

/// A list that is growing.
struct Items {
    items: Vec<Tree>,
    variant: Option<&'static str>,
}

/// Fields that are growing; a map's key waits for its value.
struct Entries {
    entries: Vec<(Cow<'static, str>, Tree)>,
    key: Cow<'static, str>,
    variant: Option<&'static str>,
}

impl Items {
    const fn new(variant: Option<&'static str>) -> Self {
        Self { items: Vec::new(), variant }
    }

    fn push(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.items.push(Tree::of(value)?);
        Ok(())
    }

    fn tree(self) -> Tree {
        Tree::List(self.items).under(self.variant)
    }
}

impl Entries {
    const fn new(variant: Option<&'static str>) -> Self {
        Self { entries: Vec::new(), key: Cow::Borrowed(""), variant }
    }

    fn push(&mut self, key: &'static str, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.entries.push((Cow::Borrowed(key), Tree::of(value)?));
        Ok(())
    }

    fn skip(&mut self, key: &'static str) {
        self.entries.push((Cow::Borrowed(key), Tree::Absent));
    }

    fn tree(self) -> Tree {
        Tree::Fields(self.entries).under(self.variant)
    }
}

macro_rules! texts {
    ($($method:ident $kind:ty),*) => {
        $(fn $method(self, value: $kind) -> Result<Tree, Error> {
            Ok(Tree::Text(value.to_string()))
        })*
    };
}

impl Serializer for TreeSerializer {
    type Ok = Tree;
    type Error = Error;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Entries;
    type SerializeStruct = Entries;
    type SerializeStructVariant = Entries;

    texts!(
        serialize_bool bool, serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64,
        serialize_f32 f32, serialize_f64 f64, serialize_char char, serialize_str &str
    );

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<Tree, Error> {
        Ok(Tree::Text(value.to_string()))
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Tree, Error> {
        bytes.serialize(self)
    }

    fn serialize_none(self) -> Result<Tree, Error> {
        Ok(Tree::Absent)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Tree, Error> {
        Tree::of(value)
    }

    fn serialize_unit(self) -> Result<Tree, Error> {
        Ok(Tree::Absent)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Tree, Error> {
        Ok(Tree::Absent)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Tree, Error> {
        Ok(Tree::Text(variant.to_owned()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<Tree, Error> {
        Tree::of(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Tree, Error> {
        Ok(Tree::of(value)?.under(Some(variant)))
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Items, Error> {
        Ok(Items::new(None))
    }

    fn serialize_tuple(self, _length: usize) -> Result<Items, Error> {
        Ok(Items::new(None))
    }

    fn serialize_tuple_struct(self, _name: &'static str, _length: usize) -> Result<Items, Error> {
        Ok(Items::new(None))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Items, Error> {
        Ok(Items::new(Some(variant)))
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Entries, Error> {
        Ok(Entries::new(None))
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Entries, Error> {
        Ok(Entries::new(None))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Entries, Error> {
        Ok(Entries::new(Some(variant)))
    }
}

macro_rules! lists {
    ($($compound:ident $method:ident),*) => {
        $(impl $compound for Items {
            type Ok = Tree;
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.push(value)
            }

            fn end(self) -> Result<Tree, Error> {
                Ok(self.tree())
            }
        })*
    };
}

lists!(
    SerializeSeq serialize_element, SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field
);

macro_rules! structs {
    ($($compound:ident),*) => {
        $(impl $compound for Entries {
            type Ok = Tree;
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), Error> {
                self.push(key, value)
            }

            fn skip_field(&mut self, key: &'static str) -> Result<(), Error> {
                self.skip(key);
                Ok(())
            }

            fn end(self) -> Result<Tree, Error> {
                Ok(self.tree())
            }
        })*
    };
}

structs!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Entries {
    type Ok = Tree;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = match Tree::of(key)? {
            Tree::Text(text) => Cow::Owned(text),
            Tree::Absent | Tree::List(_) | Tree::Fields(_) => {
                return Err(serde::ser::Error::custom("a key has to be a text"));
            }
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = std::mem::take(&mut self.key);
        self.entries.push((key, Tree::of(value)?));
        Ok(())
    }

    fn end(self) -> Result<Tree, Error> {
        Ok(self.tree())
    }
}
