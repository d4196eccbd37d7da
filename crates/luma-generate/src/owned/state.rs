//! What the function being written owns at a point, and where.

/// The kinds of objects, by how they are freed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Class {
    /// `*int`, freed as it is.
    Plain,
    /// `*Cell`, which may own two `*int`.
    Cell,
    /// `*Node`, the head of a list; null is the empty one.
    List,
    /// `*Tree`; null is the empty one.
    Tree,
}

impl Class {
    /// Its type.
    pub(super) fn ty(self) -> &'static str {
        match self {
            Self::Plain => "*int",
            Self::Cell => "*Cell",
            Self::List => "*Node",
            Self::Tree => "*Tree",
        }
    }

    /// Its null pointer.
    pub(super) fn null(self) -> String {
        format!("cast<{}>(0)", self.ty())
    }

    /// In names of functions.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Plain => "int",
            Self::Cell => "cell",
            Self::List => "list",
            Self::Tree => "tree",
        }
    }
}

/// Whether a pointer is null.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Null {
    Never,
    Maybe,
    Always,
}

impl Null {
    /// What holds where either may.
    pub(super) fn join(self, other: Self) -> Self {
        if self == other { self } else { Self::Maybe }
    }
}

/// A condition on variables that do not change, and its opposite.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Guard {
    pub(super) yes: String,
    pub(super) no: String,
}

/// The fields of a `Cell` that may own something.
pub(super) const FIELDS: [&str; 2] = ["data", "spare"];

/// An object that must still be given away, or the empty hands of a variable that a `defer` frees.
#[derive(Clone, Debug)]
pub(super) struct Owned {
    /// The place that owns it, as it is spelled.
    pub(super) place: String,
    pub(super) class: Class,
    /// Whether the place may be null instead, which tells whether there is an object.
    pub(super) null: Null,
    /// There is an object only if this holds.
    pub(super) guard: Option<Guard>,
    /// A `defer` gives it away, so it must stay in its place.
    pub(super) deferred: bool,
    /// The scope that must give it away.
    pub(super) depth: usize,
    /// The scope of the variable of its place.
    pub(super) home: usize,
    /// Other places that refer to it, with the scope of each.
    pub(super) aliases: Vec<(String, usize)>,
    /// Of a `Cell`: its fields.
    pub(super) children: [Null; 2],
}

impl Owned {
    /// Certainly there.
    pub(super) fn is_sure(&self) -> bool {
        self.null == Null::Never && self.guard.is_none()
    }
}

/// A place that owns nothing, so that something can be put there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Slot {
    pub(super) place: String,
    pub(super) class: Class,
    pub(super) home: usize,
    /// It certainly holds null, not an address nothing is at.
    pub(super) is_null: bool,
}

/// What is known at a point.
#[derive(Clone, Default, Debug)]
pub(super) struct State {
    pub(super) owned: Vec<Owned>,
    pub(super) slots: Vec<Slot>,
    /// Local numbers that do not change, with the scope of each.
    pub(super) ints: Vec<(String, usize)>,
    /// Objects of others that can be used.
    pub(super) borrowed: Vec<(String, Class)>,
    /// The point is not reached.
    pub(super) ended: bool,
}

impl State {
    /// The index of the object owned by `place`.
    pub(super) fn at(&self, place: &str) -> Option<usize> {
        self.owned.iter().position(|o| o.place == place)
    }

    /// Forgets what is declared in scopes from `depth` on.
    pub(super) fn close(&mut self, depth: usize) {
        self.owned.retain(|o| o.depth < depth);
        self.slots.retain(|s| s.home < depth);
        self.ints.retain(|i| i.1 < depth);
        for object in &mut self.owned {
            object.aliases.retain(|a| a.1 < depth);
        }
    }

    /// What holds where the ends of two branches meet.
    pub(super) fn join(mut self, other: Self) -> Self {
        if self.ended {
            return other;
        }
        if other.ended {
            return self;
        }
        for object in &mut self.owned {
            let Some(index) = other.at(&object.place) else { continue };
            let there = &other.owned[index];
            object.null = object.null.join(there.null);
            object.aliases.retain(|a| there.aliases.contains(a));
            for (child, other) in object.children.iter_mut().zip(there.children) {
                *child = child.join(other);
            }
        }
        self.slots.retain_mut(|slot| {
            let there = other.slots.iter().find(|s| s.place == slot.place);
            slot.is_null &= there.is_some_and(|s| s.is_null);
            there.is_some()
        });
        self
    }
}
