//! Sizes, alignments and field offsets of types: the layout of C on 64-bit machines.
//!
//! A scalar is aligned to its size. Elements of an array lie one after the other. Fields of a struct
//! lie in order, each at the next multiple of its alignment; the size of the struct is a multiple of
//! the largest alignment among its fields.
//!
//! Sizes are checked: a type larger than [`MAX_SIZE`] has no layout.

use std::fmt;
use std::hash::Hash;

use rustc_hash::FxHashMap;

use crate::int::Width;

/// The largest size in bytes that a layout can have, so that every offset also fits an `i64`.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// Size and alignment in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Layout {
    /// At most [`MAX_SIZE`], and a multiple of the alignment.
    pub size: u64,
    /// A power of two.
    pub align: u64,
}

/// A type without parts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Scalar {
    /// An integer or truth value; it takes the next power of two of whole bytes.
    Int(Width),
    /// IEEE binary32.
    F32,
    /// IEEE binary64.
    F64,
    /// An address.
    Pointer,
}

/// Why a type has no layout.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LayoutError {
    /// It would take more than [`MAX_SIZE`] bytes.
    TooLarge,
    /// It has no values (`void`, the type of a function), or contains a type that has none.
    Unsized,
    /// It contains itself.
    Recursive,
    /// It is, or contains, a struct whose fields are not known.
    Opaque,
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "the type is too large for a 64-bit address space",
            Self::Unsized => "a type without values has no size",
            Self::Recursive => "a type that contains itself has no size",
            Self::Opaque => "the size of an undefined struct is not known",
        })
    }
}

impl std::error::Error for LayoutError {}

impl Scalar {
    /// Its layout.
    pub const fn layout(self) -> Layout {
        let size = match self {
            Self::Int(width) => (width.bits() as u64).div_ceil(8).next_power_of_two(),
            Self::F32 => 4,
            Self::F64 | Self::Pointer => 8,
        };
        Layout { size, align: size }
    }
}

impl Layout {
    /// The layout of an array of `count` elements that are laid out like this.
    ///
    /// # Errors
    /// [`LayoutError::TooLarge`]
    pub const fn array(self, count: u64) -> Result<Self, LayoutError> {
        match self.size.checked_mul(count) {
            Some(size) if size <= MAX_SIZE => Ok(Self { size, align: self.align }),
            _ => Err(LayoutError::TooLarge),
        }
    }
}

/// A struct whose fields are added one at a time, in the order of their offsets.
#[derive(Clone, Copy, Debug)]
pub struct StructLayout {
    /// Byte offset of the end of the last field.
    end: u64,
    align: u64,
}

impl StructLayout {
    /// A struct without fields.
    pub const fn new() -> Self {
        Self { end: 0, align: 1 }
    }

    /// Adds a field and returns its offset in bytes.
    ///
    /// # Errors
    /// [`LayoutError::TooLarge`]; the struct is then as before.
    pub fn add(&mut self, field: Layout) -> Result<u64, LayoutError> {
        let offset = round_up(self.end, field.align)?;
        let end = offset.checked_add(field.size).filter(|&end| end <= MAX_SIZE);
        self.end = end.ok_or(LayoutError::TooLarge)?;
        self.align = self.align.max(field.align);
        Ok(offset)
    }

    /// The layout of the struct with the fields added so far.
    ///
    /// # Errors
    /// [`LayoutError::TooLarge`]
    pub fn finish(self) -> Result<Layout, LayoutError> {
        Ok(Layout { size: round_up(self.end, self.align)?, align: self.align })
    }
}

impl Default for StructLayout {
    fn default() -> Self {
        Self::new()
    }
}

fn round_up(size: u64, align: u64) -> Result<u64, LayoutError> {
    let rounded = size.checked_next_multiple_of(align).filter(|&size| size <= MAX_SIZE);
    rounded.ok_or(LayoutError::TooLarge)
}

/// How a type is built from other types.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shape<T> {
    /// A scalar.
    Scalar(Scalar),
    /// An array.
    Array {
        /// The type of its elements.
        element: T,
        /// The number of its elements.
        count: u64,
    },
    /// A struct with fields of these types, in the order of their offsets.
    Struct(Vec<T>),
    /// A struct whose fields are not known.
    Opaque,
    /// A type without values.
    Unsized,
}

/// A world of types, such as the types of an AST or of a module of an IR.
pub trait Types {
    /// A type; equal types have equal ids.
    type Type: Copy + Eq + Hash;

    /// The structure of `ty`.
    fn shape(&self, ty: Self::Type) -> Shape<Self::Type>;
}

/// Finds the layouts of types, each once.
#[derive(Debug)]
pub struct Layouts<T: Types> {
    types: T,
    known: FxHashMap<T::Type, State>,
    /// The offsets of the fields of the structs in `known`.
    offsets: FxHashMap<T::Type, Box<[u64]>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// Its components are being laid out.
    Running,
    Done(Result<Layout, LayoutError>),
}

impl<T: Types> Layouts<T> {
    /// Layouts of `types`, none of them known yet.
    pub fn new(types: T) -> Self {
        Self { types, known: FxHashMap::default(), offsets: FxHashMap::default() }
    }

    /// The types asked about.
    pub fn types(&self) -> &T {
        &self.types
    }

    /// The layout of `ty`.
    ///
    /// # Errors
    /// Why it has none.
    pub fn of(&mut self, ty: T::Type) -> Result<Layout, LayoutError> {
        if let Some(&State::Done(layout)) = self.known.get(&ty) {
            return layout;
        }
        // Types nest as deep as a file likes, so the stack is explicit. A type is on it twice if it
        // is part of two types that wait; the first to be popped lays it out.
        let mut stack = vec![ty];
        while let Some(&ty) = stack.last() {
            let before = stack.len();
            if let Some(State::Done(_)) = self.known.get(&ty) {
                stack.pop();
                continue;
            }
            let first = self.known.insert(ty, State::Running).is_none();
            let layout = self.attempt(ty, first, &mut stack);
            if stack.len() == before {
                self.known.insert(ty, State::Done(layout));
                stack.pop();
            }
        }
        match self.known.get(&ty) {
            Some(&State::Done(layout)) => layout,
            _ => Err(LayoutError::Recursive),
        }
    }

    /// The layout of `ty` if those of its parts are known. Otherwise pushes those that are not, if
    /// this is the `first` attempt; a part that is still unknown in the second one contains `ty`.
    fn attempt(
        &mut self,
        ty: T::Type,
        first: bool,
        stack: &mut Vec<T::Type>,
    ) -> Result<Layout, LayoutError> {
        let known = &self.known;
        let mut part = |part: T::Type| match known.get(&part) {
            Some(&State::Done(layout)) => layout,
            Some(State::Running) => Err(LayoutError::Recursive),
            None => {
                if first {
                    stack.push(part);
                }
                Err(LayoutError::Recursive)
            }
        };
        match self.types.shape(ty) {
            Shape::Scalar(scalar) => Ok(scalar.layout()),
            Shape::Unsized => Err(LayoutError::Unsized),
            Shape::Opaque => Err(LayoutError::Opaque),
            Shape::Array { element, count } => part(element)?.array(count),
            Shape::Struct(fields) => {
                let mut whole = StructLayout::new();
                let mut offsets = Vec::with_capacity(fields.len());
                let mut error = None;
                for field in fields {
                    match part(field).and_then(|field| whole.add(field)) {
                        Ok(offset) => offsets.push(offset),
                        Err(why) => _ = error.get_or_insert(why),
                    }
                }
                match error {
                    Some(why) => Err(why),
                    None => {
                        self.offsets.insert(ty, offsets.into());
                        whole.finish()
                    }
                }
            }
        }
    }

    /// The offsets in bytes of the fields of the struct `ty`, in order; none for other types.
    ///
    /// # Errors
    /// Why `ty` has no layout.
    pub fn offsets(&mut self, ty: T::Type) -> Result<&[u64], LayoutError> {
        self.of(ty)?;
        Ok(self.offsets.get(&ty).map_or(&[], |offsets| offsets))
    }
}
