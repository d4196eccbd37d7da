//! Programs around ownership: declarations, and functions as trees.

use crate::luma;
use crate::tree::Stmt;

/// A function.
#[derive(Clone, Debug, PartialEq)]
pub struct Fun {
    /// Ownership attributes, one a line.
    pub attributes: Vec<String>,
    /// `const NAME -> fn (…) T`.
    pub head: String,
    /// Its statements.
    pub body: Vec<Stmt>,
}

/// A declaration.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A type, a prototype, a global, a function that is one expression.
    Text(String),
    /// A function with a block.
    Function(Fun),
}

/// A program.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// Its declarations; the last is `main`.
    pub items: Vec<Item>,
}

impl Program {
    /// Its source text.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for item in &self.items {
            match item {
                Item::Text(text) => out += text,
                Item::Function(f) => {
                    for attribute in &f.attributes {
                        out += &format!("{attribute}\n");
                    }
                    out += &format!("{} {{\n{}}}\n", f.head, luma::statements(&f.body));
                }
            }
        }
        out
    }

    /// The functions with blocks.
    pub(super) fn functions_mut(&mut self) -> Vec<&mut Fun> {
        let functions = self.items.iter_mut().filter_map(|item| match item {
            Item::Function(f) => Some(f),
            Item::Text(_) => None,
        });
        functions.collect()
    }
}

/// Calls `visit` with every block in `block`, itself first, and how many loops are around it.
pub(super) fn each_block(
    block: &mut Vec<Stmt>,
    loops: u32,
    visit: &mut dyn FnMut(&mut Vec<Stmt>, u32),
) {
    visit(block, loops);
    for stmt in block {
        let inside = loops + u32::from(matches!(stmt, Stmt::Loop { .. }));
        for inner in stmt.blocks_mut() {
            each_block(inner, inside, visit);
        }
    }
}
