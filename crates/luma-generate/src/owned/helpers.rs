//! Functions that take, give or look at objects, in the forms people write them.

use super::program::Program;
use super::state::Class;

/// What a function is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Helper {
    /// `fn (int) T`: an object; a list or tree may be empty.
    Make(Class),
    /// `fn (int) T`: an object or null.
    MakeMaybe(Class),
    /// `fn (*T, int) int`: 0, and an object in the variable; or something else, and null there.
    TryMake(Class),
    /// `fn (T) void`: takes an object or null.
    Drop(Class),
    /// `fn (*int) void`: takes an object.
    DropPresent,
    /// `fn (T) int`: looks at an object.
    Look(Class),
    /// `fn (*int) *int`: its argument.
    Same,
    /// `fn (T) T`: its argument.
    SameOf(Class),
    /// `fn (int) Duo`: a struct that owns.
    MakeDuo,
    /// `fn (*Duo) void`: frees what the fields own.
    ClearDuo,
    /// `fn (*Cell, *int) void`: the cell owns it from now on.
    Put,
    /// `fn (*Node, int) *Node`: the list with one more in front.
    Push,
    /// `fn (*Node) *Node`: the list the other way round.
    Reverse,
}

impl Program {
    /// The name of a function for this; made if there is none, and sometimes even so.
    pub(super) fn helper(&mut self, helper: Helper) -> String {
        let known = self.helpers.get(&helper).cloned().unwrap_or_default();
        if !known.is_empty() && self.chance(70) {
            return self.pick(&known);
        }
        let text = match helper {
            Helper::Make(class) => self.make(class),
            Helper::MakeMaybe(class) => self.make_maybe(class),
            Helper::TryMake(class) => self.try_make(class),
            Helper::Drop(class) => self.drop_fn(class),
            Helper::DropPresent => self.drop_present_fn(),
            Helper::Look(class) => self.look(class),
            Helper::Same => self.same(Class::Plain),
            Helper::SameOf(class) => self.same(class),
            Helper::MakeDuo => self.make_duo(),
            Helper::ClearDuo => self.clear_duo(),
            Helper::Put => self.put_fn(),
            Helper::Push => self.push_fn(),
            Helper::Reverse => self.reverse(),
        };
        let prefix = match helper {
            Helper::Make(class) => format!("make_{}", class.word()),
            Helper::MakeMaybe(class) => format!("maybe_{}", class.word()),
            Helper::TryMake(class) => format!("try_{}", class.word()),
            Helper::Drop(class) => format!("drop_{}", class.word()),
            Helper::DropPresent => "consume".into(),
            Helper::Look(class) => format!("look_{}", class.word()),
            Helper::Same | Helper::SameOf(_) => "same".into(),
            Helper::MakeDuo => "make_duo".into(),
            Helper::ClearDuo => "clear_duo".into(),
            Helper::Put => "put".into(),
            Helper::Push => "push".into(),
            Helper::Reverse => "reverse".into(),
        };
        let name = self.name(&prefix);
        self.items.push(text.replace("NAME", &name));
        self.helpers.entry(helper).or_default().push(name.clone());
        name
    }

    fn make_maybe(&mut self, class: Class) -> String {
        let make = self.helper(Helper::Make(class));
        let (ty, null, ask) = (class.ty(), class.null(), self.ask());
        let body = match self.below(4) {
            0 => format!("    if ({ask} == 0) {{ return {null}; }}\n    return {make}(v);\n"),
            1 => format!(
                "    let p: {ty} = {null};\n    if (v > 1) {{ p = {make}(v); }}\n    return p;\n"
            ),
            2 => format!(
                "    let p: {ty} = {make}(v);\n    if (p == {null}) {{ return {null}; }}\n    \
                 return p;\n"
            ),
            _ if class == Class::Plain => format!(
                "    if (v < 1) {{ return {null}; }}\n    \
                 let p: *int = cast<*int>(alloc(sizeof<int>));\n    \
                 if (p == {null}) {{ return p; }}\n    *p = v;\n    if ({ask} == 3) {{\n        \
                     free(p);\n        return {null};\n    }}\n    \
                 return p;\n"
            ),
            _ => format!(
                "    switch ({ask}) {{\n        0 -> {{ return {null}; }}\n        \
                 _ -> {{ return {make}(v); }}\n    }}\n    return {null};\n"
            ),
        };
        format!("#returns_ownership\nconst NAME -> fn (v: int) {ty} {{\n{body}}}\n")
    }

    fn try_make(&mut self, class: Class) -> String {
        let (ty, null, ask) = (class.ty(), class.null(), self.ask());
        let body = if self.chance(50) {
            let make = self.helper(Helper::MakeMaybe(class));
            format!(
                "    let p: {ty} = {make}(v);\n    if (p == {null}) {{ return 1; }}\n    \
                 *out = p;\n    return 0;\n"
            )
        } else {
            let make = self.helper(Helper::Make(class));
            let test = match class {
                Class::List | Class::Tree => {
                    format!("    if (*out == {null}) {{ return 2; }}\n")
                }
                _ => String::new(),
            };
            format!(
                "    if ({ask} == 2) {{ return 1; }}\n    *out = {make}(v);\n{test}    return 0;\n"
            )
        };
        format!("const NAME -> fn (out: *{ty}, v: int) int {{\n{body}}}\n")
    }

    fn look(&mut self, class: Class) -> String {
        let ty = class.ty();
        let body = match class {
            Class::Plain if self.chance(50) => " = *p;\n".to_owned(),
            Class::Plain => " {\n    *p = *p + 1;\n    return *p;\n}\n".to_owned(),
            Class::Cell => " {\n    let sum: int = p.value;\n    \
                if (p.data != cast<*int>(0)) { sum = sum + *p.data; }\n    \
                if (p.spare != cast<*int>(0) && *p.spare > 2) { sum = sum - 1; }\n    \
                return sum;\n}\n"
                .to_owned(),
            Class::List if self.chance(50) => {
                " {\n    if (p == cast<*Node>(0)) { return 0; }\n    \
                 return p.value + NAME(p.next);\n}\n"
                    .to_owned()
            }
            Class::List => " {\n    let sum: int = 0;\n    \
                loop (p != cast<*Node>(0)) : (p = p.next) { sum = sum + p.value; }\n    \
                return sum;\n}\n"
                .to_owned(),
            Class::Tree => " {\n    if (p == cast<*Tree>(0)) { return 0; }\n    \
                return 1 + NAME(p.left) + NAME(p.right);\n}\n"
                .to_owned(),
        };
        format!("const NAME -> fn (p: {ty}) int{body}")
    }

    fn same(&mut self, class: Class) -> String {
        let ty = class.ty();
        match self.below(3) {
            0 => format!("const NAME -> fn (p: {ty}) {ty} = p;\n"),
            1 => {
                let same = self.name("same");
                format!(
                    "const {same} -> fn (p: {ty}) {ty} {{\n    return p;\n}}\n\
                     const NAME -> fn (p: {ty}) {ty} = {same}(p);\n"
                )
            }
            _ => {
                let ask = self.ask();
                format!(
                    "const NAME -> fn (p: {ty}) {ty} {{\n    let q: {ty} = p;\n    \
                     if ({ask} > 2) {{ output(\"=\"); }}\n    return q;\n}}\n"
                )
            }
        }
    }

    fn make_duo(&mut self) -> String {
        let ask = self.ask();
        let make = self.helper(Helper::Make(Class::Plain));
        let maybe = self.helper(Helper::MakeMaybe(Class::Plain));
        let body = match self.below(3) {
            0 => format!("    return Duo {{ a: {make}(v), b: {maybe}(v), n: v }};\n"),
            1 => format!(
                "    let d: Duo;\n    d.n = v;\n    d.b = {maybe}({ask});\n    \
                 d.a = {maybe}(v);\n    return d;\n"
            ),
            _ => format!(
                "    let d: Duo = Duo {{ a: {make}(v), b: cast<*int>(0), n: 0 }};\n    \
                 if ({ask} == 1) {{\n        d.b = d.a;\n        d.a = cast<*int>(0);\n    \
                     }}\n    return d;\n"
            ),
        };
        format!("#returns_ownership\nconst NAME -> fn (v: int) Duo {{\n{body}}}\n")
    }

    fn clear_duo(&mut self) -> String {
        if self.chance(25) {
            // What it does depends on what it does.
            return "const NAME -> fn (d: *Duo) void {\n    if (d.a != cast<*int>(0)) {\n        \
                    free(d.a);\n        d.a = cast<*int>(0);\n        NAME(d);\n        return;\n    \
                    }\n    free(d.b);\n    d.b = cast<*int>(0);\n}\n"
                .to_owned();
        }
        let tests = self.chance(40);
        let free = |field: &str| {
            if tests {
                format!(
                    "    if (d.{field} != cast<*int>(0)) {{\n        free(d.{field});\n        \
                     d.{field} = cast<*int>(0);\n    }}\n"
                )
            } else {
                format!("    free(d.{field});\n    d.{field} = cast<*int>(0);\n")
            }
        };
        format!("const NAME -> fn (d: *Duo) void {{\n{}{}}}\n", free("a"), free("b"))
    }

    fn put_fn(&mut self) -> String {
        let first = self.pick(&[
            "    free(cell.data);\n",
            "    if (cell.data != cast<*int>(0)) { free(cell.data); }\n",
        ]);
        format!(
            "#takes_ownership(p)\nconst NAME -> fn (cell: *Cell, p: *int) void {{\n\
             {first}    cell.data = p;\n}}\n"
        )
    }

    fn push_fn(&mut self) -> String {
        let mut text = "#returns_ownership\n#takes_ownership\n\
            const NAME -> fn (head: *Node, v: int) *Node {\n    \
                        let node: *Node = cast<*Node>(alloc(sizeof<Node>));\n"
            .to_owned();
        if self.chance(40) {
            text += "    if (node == cast<*Node>(0)) { return head; }\n";
        }
        text + "    node.value = v;\n    node.next = head;\n    return node;\n}\n"
    }

    fn reverse(&mut self) -> String {
        "#takes_ownership\n#returns_ownership\nconst NAME -> fn (head: *Node) *Node {\n    \
         let done: *Node = cast<*Node>(0);\n    loop (head != cast<*Node>(0)) {\n        \
         let rest: *Node = head.next;\n        head.next = done;\n        done = head;\n        \
         head = rest;\n    }\n    return done;\n}\n"
            .to_owned()
    }
}
