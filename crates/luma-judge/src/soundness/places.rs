//! What the generator knows of each pointer, so that most of what it writes is right. It need not be
//! exact: the verifier and the interpreter decide.

/// What a place holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    /// `*int` to two of them.
    Cell,
    /// `*Node`, whose fields are places; a list that owns everything behind it where they are not.
    Node,
    /// `*Pair` on the heap, whose fields are places.
    PairBox,
}

impl Ty {
    /// The type in Luma.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Cell => "*int",
            Self::Node => "*Node",
            Self::PairBox => "*Pair",
        }
    }

    /// The first letter of variables of it.
    pub(super) fn letter(self) -> char {
        match self {
            Self::Cell => 'p',
            Self::Node => 'n',
            Self::PairBox => 't',
        }
    }
}

/// What is known of the pointer in a place; numbers are those of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Val {
    /// Null.
    Null,
    /// Must be discharged through this place or an alias.
    Own(u32),
    /// The same, or null.
    Maybe(u32),
    /// Owned exactly when this flag variable is 1.
    Flagged(u32, u32),
    /// Owned, and freed by a defer.
    Deferred(u32),
    /// Another name for an object.
    Alias(u32),
    /// Points to the second cell of an object.
    Inner(u32),
    /// Somebody else's for as long as the function runs.
    Borrowed,
    /// Not to be used.
    Dead,
}

impl Val {
    /// The object, if it is one of this function.
    pub(super) fn object(self) -> Option<u32> {
        match self {
            Self::Own(id)
            | Self::Maybe(id)
            | Self::Flagged(id, _)
            | Self::Deferred(id)
            | Self::Alias(id)
            | Self::Inner(id) => Some(id),
            Self::Null | Self::Borrowed | Self::Dead => None,
        }
    }

    /// Whether this place must be discharged.
    pub(super) fn owns(self) -> bool {
        matches!(self, Self::Own(_) | Self::Maybe(_) | Self::Flagged(..))
    }

    /// Whether it may be read and written through without a test.
    pub(super) fn usable(self) -> bool {
        matches!(self, Self::Own(_) | Self::Deferred(_) | Self::Alias(_) | Self::Borrowed)
    }
}

/// A place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    /// `p1`, `s2.a`, `n3.next.data`.
    pub(super) path: String,
    pub(super) ty: Ty,
    pub(super) val: Val,
    /// The depth of the block that declares its variable.
    pub(super) depth: u32,
}

/// The places in scope.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(pub(super) Vec<Place>);

/// Whether `path` is a part of `base`, not `base` itself.
pub(super) fn is_inside(path: &str, base: &str) -> bool {
    path.strip_prefix(base).is_some_and(|rest| rest.starts_with(['.', '[']))
}

impl Places {
    pub(super) fn get(&self, path: &str) -> Option<&Place> {
        self.0.iter().find(|place| place.path == path)
    }

    pub(super) fn set(&mut self, path: &str, val: Val) {
        if let Some(place) = self.0.iter_mut().find(|place| place.path == path) {
            place.val = val;
        }
    }

    /// The owned objects directly inside `path`.
    pub(super) fn inner(&self, path: &str) -> Vec<Place> {
        let level = |p: &str| p.matches(['.', '[']).count();
        let direct = level(path) + 1;
        let inside = |p: &&Place| is_inside(&p.path, path) && level(&p.path) == direct;
        self.0.iter().filter(inside).cloned().collect()
    }

    /// The object is gone: no place that refers to it may be used.
    pub(super) fn kill(&mut self, id: u32) {
        for place in &mut self.0 {
            if place.val.object() == Some(id) {
                place.val = Val::Dead;
            }
        }
    }

    pub(super) fn remove_inside(&mut self, path: &str) {
        self.0.retain(|place| !is_inside(&place.path, path));
    }

    /// What was inside `from` is now inside `to`.
    pub(super) fn rename_inside(&mut self, from: &str, to: &str, depth: u32) {
        for place in &mut self.0 {
            if is_inside(&place.path, from) {
                place.path = format!("{to}{}", &place.path[from.len()..]);
                place.depth = depth;
            }
        }
    }
}
