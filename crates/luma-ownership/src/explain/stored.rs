//! Objects that a call leaves in memory behind its arguments or inside what it returns, where the
//! caller owns them.

use luma_ir::dialects::{luma, own};
use luma_ir::{Op, Type};

use super::{Story, name};
use crate::place::{behind, inside};
use crate::summary::{Effect, Left, Path};

/// Maximum depth at which objects within objects are searched.
const MAX_DEPTH: u32 = 3;

/// A place in which a call leaves an object.
#[derive(PartialEq, Eq)]
struct Place {
    /// As the caller would write it, if possible.
    text: Option<String>,
    /// It is inside the call's result.
    in_result: bool,
}

/// The place of the caller in which the call `op` leaves an object, if there is just one.
pub(super) fn place(story: Story<'_>, op: Op) -> Option<String> {
    match places(story, op).as_slice() {
        [place] => place.text.clone(),
        _ => None,
    }
}

/// Where the call `op` leaves objects: ``in `b.data` ``.
pub(super) fn whereabouts(story: Story<'_>, op: Op) -> String {
    let places = places(story, op);
    match places.as_slice() {
        [Place { text: Some(text), .. }] => format!("in `{text}`"),
        places if places.iter().all(|place| place.in_result) => "in its result".to_string(),
        places if places.iter().any(|place| place.in_result) => {
            "in its result or behind an argument".to_string()
        }
        _ => "behind an argument".to_string(),
    }
}

/// The object of the defect where it is used by a call to which `op` passes a pointer to its holder,
/// and the function that is called.
pub(super) fn used_inside(story: Story<'_>, op: Op) -> Option<(String, String)> {
    let call = name::call_with(story, op)?;
    let callee = luma::Call(call).callee_attr(story.f)?.as_symbol()?;
    let effects = &story.summaries.get(callee)?.effects;
    let object = name::of_object(story)?;
    let used = effects.iter().flat_map(|effect| &effect.uses).any(|path| {
        let mut path = path.clone();
        let place = path.offsets.pop().and_then(|last| of_argument(story, call, &path, last));
        place.is_some_and(|(text, _)| text == object)
    });
    used.then(|| (object, story.module.context.name(callee).to_string()))
}

fn places(story: Story<'_>, op: Op) -> Vec<Place> {
    let callee = luma::Call(op).callee_attr(story.f).and_then(luma_ir::Attribute::as_symbol);
    let effects = callee.and_then(|callee| story.summaries.get(callee)).map(|s| &s.effects);
    let mut found = Vec::new();
    for effect in effects.into_iter().flatten() {
        for (path, offset, _, left) in &effect.stores {
            if let Left::Object { number, .. } = left {
                let here = of_argument(story, op, path, *offset);
                add(&mut found, here.as_ref(), false);
                contents(story, effect, *number, here, false, MAX_DEPTH, &mut found);
            }
        }
        let result = result(story, op);
        if let Left::Object { number, .. } = effect.result {
            contents(story, effect, number, result.clone(), true, MAX_DEPTH, &mut found);
        }
        for (offset, _, left) in &effect.fields {
            if let Left::Object { number, .. } = left {
                let here = result.as_ref().and_then(|(text, ty)| {
                    let (field, ty) = inside(story.module, *ty, *offset)?;
                    Some((format!("{text}{field}"), ty))
                });
                contents(story, effect, *number, here, true, MAX_DEPTH, &mut found);
            }
        }
    }
    found
}

fn add(found: &mut Vec<Place>, here: Option<&(String, Type)>, in_result: bool) {
    let place = Place { text: here.map(|(text, _)| text.clone()), in_result };
    if !found.contains(&place) {
        found.push(place);
    }
}

/// Adds the objects that are held by object `number`, to which the place `here` points.
fn contents(
    story: Story<'_>,
    effect: &Effect,
    number: u32,
    here: Option<(String, Type)>,
    in_result: bool,
    depth: u32,
    found: &mut Vec<Place>,
) {
    let held = effect.objects.get(number as usize).into_iter().flatten();
    for (offset, _, left) in held {
        if let Left::Object { number: inner, .. } = left
            && depth > 0
        {
            let place = here.as_ref().and_then(|(text, ty)| {
                behind(story.module, text, story.module.context.element(*ty)?, *offset)
            });
            add(found, place.as_ref(), in_result);
            contents(story, effect, *inner, place, in_result, depth - 1, found);
        }
    }
}

/// The variable or place that the result of the call `op` is first kept in, and its type.
fn result(story: Story<'_>, op: Op) -> Option<(String, Type)> {
    let f = story.f;
    let &result = f.results(op).first()?;
    let mut take = None;
    f.walk(&mut |user| {
        if f.op_name(user) == own::Take::NAME && f.operands(user).first() == Some(&result) {
            take = Some(user);
        }
    });
    Some((name::kept_in(story, take?)?, f.value_type(result)))
}

/// The place `offset` bytes into the memory that the pointer at `path` points to, and its type.
fn of_argument(story: Story<'_>, op: Op, path: &Path, offset: i64) -> Option<(String, Type)> {
    let f = story.f;
    let context = &story.module.context;
    let &argument = f.operands(op).get(path.parameter as usize)?;
    let mut offsets = path.offsets.iter().copied().chain([offset]);
    let target = context.element(f.value_type(argument))?;
    let address = f.def_op(argument).filter(|&def| f.op_name(def) == luma::AddrOf::NAME);
    let (mut text, mut ty) = match address {
        // `&b` is written as the places in `b`.
        Some(address) => {
            let base = name::value(story, *f.operands(address).first()?)?;
            let (inner, ty) = inside(story.module, target, offsets.next()?)?;
            (base + &inner, ty)
        }
        None => behind(story.module, &name::value(story, argument)?, target, offsets.next()?)?,
    };
    for offset in offsets {
        (text, ty) = behind(story.module, &text, context.element(ty)?, offset)?;
    }
    Some((text, ty))
}
