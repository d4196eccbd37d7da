//! Layouts against those of Rust's standard library, which lays out `repr(C)` types as C does.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::alloc;

use luma_values::int::Width;
use luma_values::layout::{
    Layout, LayoutError, Layouts, MAX_SIZE, Scalar, Shape, StructLayout, Types,
};
use proptest::prelude::*;

/// Types by number: each is built from types of smaller numbers, unless a test says otherwise.
#[derive(Debug, Clone)]
struct World(Vec<Shape<usize>>);

impl Types for World {
    type Type = usize;

    fn shape(&self, ty: usize) -> Shape<usize> {
        self.0.get(ty).cloned().unwrap_or(Shape::Opaque)
    }
}

fn scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        (1u32..=128).prop_map(|bits| Scalar::Int(Width::new(bits).unwrap())),
        Just(Scalar::F32),
        Just(Scalar::F64),
        Just(Scalar::Pointer),
    ]
}

fn world() -> impl Strategy<Value = World> {
    let part = (any::<prop::sample::Index>(), 0u64..9);
    let shape = prop_oneof![
        scalar().prop_map(|scalar| (Some(scalar), Vec::new(), 0)),
        part.prop_map(|(element, count)| (None, vec![element], count)),
        prop::collection::vec(any::<prop::sample::Index>(), 0..6).prop_map(|f| (None, f, u64::MAX)),
    ];
    prop::collection::vec(shape, 1..24).prop_map(|shapes| {
        let mut world = vec![Shape::Scalar(Scalar::F64)];
        for (scalar, parts, count) in shapes {
            let parts: Vec<usize> = parts.iter().map(|part| part.index(world.len())).collect();
            world.push(match (scalar, parts.as_slice()) {
                (Some(scalar), _) => Shape::Scalar(scalar),
                (None, &[element]) if count != u64::MAX => Shape::Array { element, count },
                (None, _) => Shape::Struct(parts),
            });
        }
        World(world)
    })
}

/// What the standard library says; `None` past its limit, which is [`MAX_SIZE`] as well.
fn reference(world: &World, ty: usize) -> Option<(alloc::Layout, Vec<u64>)> {
    match world.shape(ty) {
        Shape::Scalar(scalar) => {
            let size = match scalar {
                Scalar::Int(width) => match width.bits() {
                    0..=8 => 1,
                    9..=16 => 2,
                    17..=32 => 4,
                    33..=64 => 8,
                    _ => 16,
                },
                Scalar::F32 => 4,
                Scalar::F64 | Scalar::Pointer => 8,
            };
            Some((alloc::Layout::from_size_align(size, size).unwrap(), Vec::new()))
        }
        Shape::Array { element, count } => {
            let (element, _) = reference(world, element)?;
            let size = element.size().checked_mul(usize::try_from(count).ok()?)?;
            Some((alloc::Layout::from_size_align(size, element.align()).ok()?, Vec::new()))
        }
        Shape::Struct(fields) => {
            let mut whole = alloc::Layout::from_size_align(0, 1).unwrap();
            let mut offsets = Vec::new();
            for field in fields {
                let (next, offset) = whole.extend(reference(world, field)?.0).ok()?;
                offsets.push(offset as u64);
                whole = next;
            }
            Some((whole.pad_to_align(), offsets))
        }
        Shape::Opaque | Shape::Unsized => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agree_with_the_standard_library(world in world()) {
        let mut layouts = Layouts::new(world.clone());
        for ty in (0..world.0.len()).rev() {
            let (expected, offsets) = reference(&world, ty).unwrap();
            let found = layouts.of(ty).unwrap();
            prop_assert_eq!((found.size, found.align), (expected.size() as u64, expected.align() as u64));
            prop_assert_eq!(layouts.offsets(ty).unwrap(), offsets.as_slice());
        }
    }

    #[test]
    fn sizes_never_wrap(counts in prop::collection::vec(any::<u64>(), 1..5), head in scalar()) {
        let mut world = vec![Shape::Scalar(head)];
        let mut size = Some(u128::from(head.layout().size));
        for &count in &counts {
            world.push(Shape::Array { element: world.len() - 1, count });
            size = size.and_then(|size| size.checked_mul(count.into()));
        }
        let whole = world.len() - 1;
        world.push(Shape::Struct(vec![0, whole]));
        let fits = |size: Option<u128>| size.is_some_and(|size| size <= u128::from(MAX_SIZE));
        let mut layouts = Layouts::new(World(world));
        // A smaller part may be too large although a count of zero makes the whole small.
        match layouts.of(whole) {
            Ok(layout) => prop_assert_eq!(Some(u128::from(layout.size)), size),
            Err(why) => {
                prop_assert_eq!(why, LayoutError::TooLarge);
                prop_assert!(!fits(size) || counts.contains(&0));
            }
        }
        match layouts.of(whole + 1) {
            Ok(layout) => prop_assert!(layout.size <= MAX_SIZE && layout.size % layout.align == 0),
            Err(why) => prop_assert_eq!(why, LayoutError::TooLarge),
        }
    }
}

#[test]
fn the_largest_type_has_a_layout() {
    let byte = Scalar::Int(Width::W8).layout();
    assert_eq!(byte.array(MAX_SIZE), Ok(Layout { size: MAX_SIZE, align: 1 }));
    assert_eq!(byte.array(MAX_SIZE + 1), Err(LayoutError::TooLarge));
    let mut whole = StructLayout::new();
    assert_eq!(whole.add(byte.array(MAX_SIZE - 1).unwrap()), Ok(0));
    // The struct itself is the largest; with a field of 8 bytes it would be larger.
    assert_eq!(whole.add(Scalar::F64.layout()), Err(LayoutError::TooLarge));
    assert_eq!(whole.add(byte), Ok(MAX_SIZE - 1));
    assert_eq!(whole.finish(), Ok(Layout { size: MAX_SIZE, align: 1 }));
}

#[test]
fn types_without_a_layout() {
    let mut layouts = Layouts::new(World(vec![
        Shape::Struct(vec![1]),
        Shape::Array { element: 0, count: 2 },
        Shape::Struct(vec![3, 3]),
        Shape::Unsized,
        Shape::Struct(vec![4]),
        Shape::Struct(vec![6, 99]),
        Shape::Scalar(Scalar::Pointer),
        Shape::Struct(vec![5, 0]),
    ]));
    for ty in [0, 1, 4] {
        assert_eq!(layouts.of(ty), Err(LayoutError::Recursive));
    }
    assert_eq!(layouts.of(2), Err(LayoutError::Unsized));
    assert_eq!(layouts.of(7), Err(LayoutError::Opaque));
    assert_eq!(layouts.offsets(7), Err(LayoutError::Opaque));
    assert_eq!(layouts.of(6), Ok(Layout { size: 8, align: 8 }));
}

#[test]
fn deep_types_do_not_overflow_the_stack() {
    let mut world = vec![Shape::Scalar(Scalar::F32)];
    for ty in 0..200_000 {
        world.push(if ty % 2 == 0 {
            Shape::Struct(vec![ty])
        } else {
            Shape::Array { element: ty, count: 1 }
        });
    }
    assert_eq!(Layouts::new(World(world)).of(200_000), Ok(Layout { size: 4, align: 4 }));
}
