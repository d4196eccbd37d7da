//! Functions that make objects, and functions that end them.

use super::helpers::Helper;
use super::program::Program;
use super::state::Class;

impl Program {
    pub(super) fn make(&mut self, class: Class) -> String {
        let ty = class.ty();
        let body = match class {
            Class::Plain => self.make_plain(),
            Class::Cell => self.make_cell(),
            Class::List => self.make_list(),
            Class::Tree => return self.make_tree(),
        };
        format!("#returns_ownership\nconst NAME -> fn (v: int) {ty} {{\n{body}}}\n")
    }

    fn make_plain(&mut self) -> String {
        if self.chance(30) {
            let make = self.helper(Helper::Make(Class::Plain));
            return match self.below(3) {
                0 => format!("    return {make}(v + 1);\n"),
                1 => format!("    let p: *int = {make}(v);\n    *p = *p + v;\n    return p;\n"),
                _ => {
                    let (drop, ask) = (self.helper(Helper::DropPresent), self.ask());
                    format!(
                        "    let p: *int = {make}(v);\n    if ({ask} > 1) {{\n        \
                         {drop}(p);\n        p = {make}(0);\n    }}\n    return p;\n"
                    )
                }
            };
        }
        let allocator = self.allocator();
        format!(
            "    let p: *int = cast<*int>({allocator}(sizeof<int>));\n    *p = v;\n    return p;\n"
        )
    }

    fn make_cell(&mut self) -> String {
        let value = |program: &mut Self| match program.below(3) {
            0 => "cast<*int>(0)".to_owned(),
            1 => format!("{}(v)", program.helper(Helper::Make(Class::Plain))),
            _ => format!("{}(v - 1)", program.helper(Helper::MakeMaybe(Class::Plain))),
        };
        let (data, spare) = (value(self), value(self));
        let alloc = "cast<*Cell>(alloc(sizeof<Cell>))";
        if self.chance(50) {
            return format!(
                "    let c: *Cell = {alloc};\n    c.value = v;\n    c.data = {data};\n    \
                 c.spare = {spare};\n    return c;\n"
            );
        }
        format!(
            "    let data: *int = {data};\n    let spare: *int = {spare};\n    \
             let c: *Cell = {alloc};\n    \
             c.spare = spare;\n    c.data = data;\n    c.value = v;\n    return c;\n"
        )
    }

    fn make_list(&mut self) -> String {
        let count = if self.chance(50) { "3" } else { "(v & 3)" };
        match self.below(3) {
            0 => {
                let push = self.helper(Helper::Push);
                format!(
                    "    let head: *Node = cast<*Node>(0);\n    \
                     loop [i: int = 0](i < {count}) : (++i) {{ head = {push}(head, i); }}\n    \
                        return head;\n"
                )
            }
            1 => format!(
                "    let head: *Node = cast<*Node>(0);\n    \
                 loop [i: int = 0](i < {count}) : (++i) {{\n        \
                 let n: *Node = cast<*Node>(alloc(sizeof<Node>));\n        n.value = v;\n        \
                 n.next = head;\n        head = n;\n    }}\n    return head;\n"
            ),
            _ => format!(
                "    let head: *Node = cast<*Node>(0);\n    let last: *Node = cast<*Node>(0);\n    \
                 loop [i: int = 0](i < {count}) : (++i) {{\n        \
                 let n: *Node = cast<*Node>(alloc(sizeof<Node>));\n        n.value = i;\n        \
                 n.next = cast<*Node>(0);\n        if (last == cast<*Node>(0)) {{\n            \
                 head = n;\n        }} else {{\n            last.next = n;\n        }}\n        \
                 last = n;\n    }}\n    return head;\n"
            ),
        }
    }

    fn make_tree(&mut self) -> String {
        let header = "#returns_ownership\nconst NAME -> fn (v: int) *Tree {\n";
        let new = "let t: *Tree = cast<*Tree>(alloc(sizeof<Tree>));\n    t.key = v;\n";
        if self.chance(50) {
            // A number that is no small one would make a large tree.
            let grow = self.name("grow");
            return format!(
                "#returns_ownership\nconst {grow} -> fn (v: int, fuel: int) *Tree {{\n    \
                 if (fuel < 1) {{ return cast<*Tree>(0); }}\n    {new}    \
                 t.left = {grow}(v, fuel - 1);\n    t.right = {grow}(v + 1, fuel - 2);\n    \
                 return t;\n}}\n{header}    return {grow}(v, v & 3);\n}}\n"
            );
        }
        let insert = self.name("insert");
        format!(
            "#returns_ownership\n#takes_ownership\n\
             const {insert} -> fn (tree: *Tree, v: int) *Tree {{\n    \
             if (tree == cast<*Tree>(0)) {{\n    {new}    t.left = cast<*Tree>(0);\n    \
             t.right = cast<*Tree>(0);\n    return t;\n    }}\n    if (v < tree.key) {{\n        \
             tree.left = {insert}(tree.left, v);\n    }} elif (v > tree.key) {{\n        \
             tree.right = {insert}(tree.right, v);\n    }}\n    return tree;\n}}\n\
             {header}    let root: *Tree = cast<*Tree>(0);\n    \
             loop [i: int = 0](i < 4) : (++i) {{ root = {insert}(root, (i * 3 + v) % 5); }}\n    \
             return root;\n}}\n"
        )
    }

    pub(super) fn drop_fn(&mut self, class: Class) -> String {
        let (ty, null) = (class.ty(), class.null());
        let test = format!("    if (p == {null}) {{ return; }}\n");
        let body = match class {
            Class::Plain => match self.below(4) {
                0 => "    free(p);\n".to_owned(),
                1 => format!("{test}    outputln(*p);\n    free(p);\n"),
                2 => {
                    format!("    if (p != {null}) {{\n        *p = 0;\n        free(p);\n    }}\n")
                }
                _ => format!("    defer free(p);\n{test}    output(*p);\n"),
            },
            Class::Cell => {
                let test = if self.chance(70) {
                    test
                } else {
                    return format!(
                        "#takes_ownership\nconst NAME -> fn (p: *Cell) void {{\n    \
                         if (p != {null}) {{\n        \
                         free(p.spare);\n        free(p.data);\n        free(p);\n    }}\n}}\n"
                    );
                };
                let drop = self.helper(Helper::Drop(Class::Plain));
                match self.below(3) {
                    0 => format!("{test}    free(p.data);\n    free(p.spare);\n    free(p);\n"),
                    1 => format!("{test}    {drop}(p.spare);\n    {drop}(p.data);\n    free(p);\n"),
                    _ => {
                        let empty = self.name("empty");
                        return format!(
                            "const {empty} -> fn (c: *Cell) void {{\n    free(c.data);\n    \
                             c.data = cast<*int>(0);\n    \
                             free(c.spare);\n    c.spare = cast<*int>(0);\n}}\n\
                             #takes_ownership\nconst NAME -> fn (p: *Cell) void {{\n\
                                 {test}    {empty}(p);\n    free(p);\n}}\n"
                        );
                    }
                }
            }
            Class::List => match self.below(4) {
                0 => format!("{test}    NAME(p.next);\n    free(p);\n"),
                // Two that call each other.
                3 => {
                    let other = self.name("drop_rest");
                    let step = |next: &str| {
                        format!(
                            "{test}    let rest: *Node = p.next;\n    free(p);\n    \
                             {next}(rest);\n"
                        )
                    };
                    return format!(
                        "#takes_ownership\nconst {other} -> fn (p: *Node) void {{\n{}}}\n\
                         #takes_ownership\nconst NAME -> fn (p: *Node) void {{\n{}}}\n",
                        step("NAME"),
                        step(&other)
                    );
                }
                1 => {
                    format!("{test}    let next: *Node = p.next;\n    free(p);\n    NAME(next);\n")
                }
                _ => format!(
                    "    loop (p != {null}) {{\n        let next: *Node = p.next;\n        \
                     free(p);\n        p = next;\n    }}\n"
                ),
            },
            Class::Tree => match self.below(2) {
                0 => format!("{test}    NAME(p.left);\n    NAME(p.right);\n    free(p);\n"),
                _ => format!(
                    "{test}    if (p.left != {null}) {{ NAME(p.left); }}\n    \
                     if (p.right != {null}) {{ NAME(p.right); }}\n    free(p);\n"
                ),
            },
        };
        let attribute = self.pick(&["#takes_ownership", "#takes_ownership(p)"]);
        format!("{attribute}\nconst NAME -> fn (p: {ty}) void {{\n{body}}}\n")
    }

    pub(super) fn drop_present_fn(&mut self) -> String {
        let ask = self.ask();
        let body = match self.below(4) {
            0 => "    outputln(*p);\n    free(p);\n".to_owned(),
            1 => "    defer free(p);\n    *p = *p + 1;\n".to_owned(),
            2 => {
                let next = self.helper(Helper::Drop(Class::Plain));
                format!("    *p = 3;\n    {next}(p);\n")
            }
            _ => format!(
                "    if ({ask} == 1) {{\n        free(p);\n        return;\n    }}\n    \
                 output(*p);\n    free(p);\n"
            ),
        };
        format!("#takes_ownership\nconst NAME -> fn (p: *int) void {{\n{body}}}\n")
    }
}
