//! Attributes and locations.

use luma_diagnostics::{OrNever as _, Span};

use super::{Reader, Word};
use crate::attribute::Attribute;
use crate::context::Origin;
use crate::function::Loc;
use crate::text::lexer::unquoted;
use crate::types::Type;

/// The value of an attribute as the text has it.
#[derive(Debug)]
pub(crate) enum AttrValue<'t> {
    Known(Attribute),
    /// Malformed, which is reported; or an alias of an optional attribute that is not there.
    Missing,
    /// `array<i32: 0, 1>`, which only the generic form has.
    Segments(&'t str),
}

/// A location as the text has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    /// `None` where it names a file we do not have.
    span: Option<Span>,
    origin: Origin,
}

impl Written {
    /// The location of what stands `here`.
    pub(super) fn or(self, here: Span) -> Loc {
        Loc { span: self.span.unwrap_or(here), origin: self.origin }
    }
}

/// A named attribute that waits for its owner.
#[derive(Debug)]
pub(super) struct Entry<'t> {
    pub(super) name: Word<'t>,
    pub(super) value: AttrValue<'t>,
    pub(super) value_span: Span,
}

impl<'t> Reader<'t> {
    /// The value of an attribute or an item of an array, which waits for either.
    pub(crate) fn put(&mut self, value: AttrValue<'t>) {
        self.attribute_values.push(value);
    }

    /// The last value that was put is that of an attribute.
    pub(crate) fn attribute(&mut self, name: Word<'t>, value_span: Span) {
        let value = self.take_value();
        self.attributes.push(Entry { name, value, value_span });
    }

    fn take_value(&mut self) -> AttrValue<'t> {
        self.attribute_values
            .pop()
            .or_never(AttrValue::Missing, "the grammar puts the value before its owner takes it")
    }

    /// The last `count` attributes that wait.
    pub(super) fn take_entries(&mut self, count: u32) -> Vec<Entry<'t>> {
        self.attributes.split_off(self.attributes.len() - count as usize)
    }

    /// The attribute of Luma IR, if it is one.
    pub(super) fn plain(&mut self, value: AttrValue<'t>, span: Span) -> Option<Attribute> {
        match value {
            AttrValue::Known(attribute) => Some(attribute),
            AttrValue::Missing => None,
            AttrValue::Segments(_) => {
                self.error(span, "segment sizes are not an attribute of Luma IR");
                None
            }
        }
    }

    pub(crate) fn int(&mut self, text: Word<'t>, ty: Option<(Type, Span)>) -> AttrValue<'t> {
        let ty = ty.map_or(Type::I64, |(ty, span)| self.known(ty, span));
        let Ok(value) = text.item.parse() else {
            self.error(text.span, "integer out of range");
            return AttrValue::Missing;
        };
        if !(ty.is_int() || ty == Type::I1 || self.types_mean_nothing()) {
            self.error(text.span, "an integer needs an integer type");
        }
        AttrValue::Known(Attribute::Int(value, ty))
    }

    pub(crate) fn float(&mut self, text: Word<'t>, ty: Option<(Type, Span)>) -> AttrValue<'t> {
        let ty = ty.map_or(Type::F64, |(ty, span)| self.known(ty, span));
        let Ok(value) = text.item.parse() else {
            self.error(text.span, "malformed float");
            return AttrValue::Missing;
        };
        if !(ty.is_float() || self.types_mean_nothing()) {
            self.error(text.span, "a float needs a float type");
        }
        AttrValue::Known(Attribute::Float(value, ty))
    }

    /// A float given by its bits.
    pub(crate) fn float_bits(&mut self, digits: Word<'t>, ty: (Type, Span)) -> AttrValue<'t> {
        let ty = self.known(ty.0, ty.1);
        let value = match ty {
            Type::F32 => {
                u32::from_str_radix(digits.item, 16).ok().map(|b| f64::from(f32::from_bits(b)))
            }
            Type::F64 => u64::from_str_radix(digits.item, 16).ok().map(f64::from_bits),
            _ if self.types_mean_nothing() => Some(0.0),
            _ => None,
        };
        match value {
            Some(value) => AttrValue::Known(Attribute::Float(value, ty)),
            None => {
                self.error(digits.span, "malformed float");
                AttrValue::Missing
            }
        }
    }

    pub(crate) fn string(&mut self, quoted: &'t str) -> AttrValue<'t> {
        AttrValue::Known(Attribute::Str(unescape(quoted).into()))
    }

    pub(crate) fn symbol_attribute(&mut self, name: &'t str) -> AttrValue<'t> {
        AttrValue::Known(Attribute::Symbol(self.context.symbol(name)))
    }

    pub(crate) fn type_attribute(&mut self, (ty, span): (Type, Span)) -> AttrValue<'t> {
        AttrValue::Known(Attribute::Type(self.known(ty, span)))
    }

    /// `#name`: the attribute of that name of the operation an expansion is of.
    pub(crate) fn alias(&mut self, name: Word<'t>) -> AttrValue<'t> {
        let Some(expanded) = &self.expanded else {
            let message = "`#name` only has a meaning in the expansion of an operation";
            self.error(name.span, message);
            return AttrValue::Missing;
        };
        match expanded.attributes.get(name.item) {
            Some(attribute) => AttrValue::Known(attribute.clone()),
            None => {
                if expanded.loc.is_none() {
                    let message = format!("`{}` has no attribute `{}`", expanded.op, name.item);
                    self.error(name.span, message);
                }
                AttrValue::Missing
            }
        }
    }

    /// The last value that was put is an item of an array.
    pub(crate) fn array_item(&mut self, span: Span) {
        let value = self.take_value();
        let item = self.plain(value, span);
        self.items.push(item);
    }

    pub(crate) fn array(&mut self, items: u32) -> AttrValue<'t> {
        let items = self.items.split_off(self.items.len() - items as usize);
        AttrValue::Known(Attribute::array(items.into_iter().flatten()))
    }

    /// Whether this text is checked without the operation it is for.
    pub(super) fn types_mean_nothing(&self) -> bool {
        self.expanded.as_ref().is_some_and(|expanded| expanded.loc.is_none())
    }

    // --- locations --------------------------------------------------------------------------

    /// `"file":line:column`
    pub(crate) fn location(&mut self, file: Word<'t>, line: &'t str, column: &'t str) -> Written {
        let name = unquoted(file.item);
        let id = match self.last_file {
            Some((last, id)) if last == name => id,
            _ => {
                let id = self.map.files().find(|(_, file)| file.name() == name).map(|(id, _)| id);
                self.last_file = Some((name, id));
                id
            }
        };
        let span = id.and_then(|id| {
            let offset = self.map.file(id)?.offset(line.parse().ok()?, column.parse().ok()?)?;
            Some(Span::new(id, offset, offset))
        });
        Written { span, origin: Origin::SOURCE }
    }

    /// The location `inner` of what `pass` made.
    pub(crate) fn made_by(&mut self, pass: &'t str, inner: Written) -> Written {
        Written { origin: self.context.origin(inner.origin, self.context.symbol(pass)), ..inner }
    }
}

/// The bytes of a quoted string with MLIR's escapes.
fn unescape(quoted: &str) -> Vec<u8> {
    let inner = unquoted(quoted).as_bytes();
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    let hex = |b: u8| (b as char).to_digit(16).map(|digit| digit as u8);
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        match tail {
            [b'n', more @ ..] => {
                bytes.push(b'\n');
                rest = more;
            }
            [b't', more @ ..] => {
                bytes.push(b'\t');
                rest = more;
            }
            [c @ (b'"' | b'\\'), more @ ..] => {
                bytes.push(*c);
                rest = more;
            }
            [a, b, more @ ..] => match (hex(*a), hex(*b)) {
                (Some(a), Some(b)) => {
                    bytes.push(a * 16 + b);
                    rest = more;
                }
                _ => bytes.push(b'\\'),
            },
            _ => bytes.push(b'\\'),
        }
    }
    bytes
}
