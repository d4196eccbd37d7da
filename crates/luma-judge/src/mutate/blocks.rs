//! Where statements stand: their blocks, and whose those are.

use luma_diagnostics::Span;
use luma_syntax::ast::{Ast, Block, Body, ItemKind, StmtId, StmtKind};
use rustc_hash::FxHashMap;

/// All blocks of a file.
pub(super) struct Blocks {
    blocks: Vec<Info>,
    /// The block of a statement, and its number there.
    positions: FxHashMap<StmtId, (usize, usize)>,
}

struct Info {
    stmts: Vec<StmtId>,
    span: Span,
    is_bare: bool,
    /// The statement it belongs to; none for the body of a function.
    owner: Option<StmtId>,
}

/// Where a statement stands.
#[derive(Clone, Copy)]
pub(super) struct Position<'a> {
    /// The statements of its block.
    pub(super) stmts: &'a [StmtId],
    /// Which of them it is.
    pub(super) index: usize,
    /// The block is this statement alone, without braces.
    pub(super) is_bare: bool,
    /// The statement the block belongs to; none for the body of a function.
    pub(super) owner: Option<StmtId>,
}

impl Blocks {
    pub(super) fn new(ast: &Ast) -> Self {
        let mut all = Self { blocks: Vec::new(), positions: FxHashMap::default() };
        for (_, item) in ast.items.iter() {
            if let ItemKind::Function(function) = &item.kind
                && let Some(Body::Block(block)) = &function.body
            {
                all.add(ast, block, None);
            }
        }
        for (id, stmt) in ast.stmts.iter() {
            for block in blocks_of(&stmt.kind) {
                all.add(ast, block, Some(id));
            }
        }
        all
    }

    fn add(&mut self, ast: &Ast, block: &Block, owner: Option<StmtId>) {
        for (index, stmt) in block.stmts.iter().enumerate() {
            self.positions.insert(*stmt, (self.blocks.len(), index));
        }
        let is_bare = matches!(block.stmts.as_slice(), [one] if ast.stmts[*one].span == block.span);
        let stmts = block.stmts.clone();
        self.blocks.push(Info { stmts, span: block.span, is_bare, owner });
    }

    /// Where `stmt` stands.
    pub(super) fn position(&self, stmt: StmtId) -> Option<Position<'_>> {
        let &(block, index) = self.positions.get(&stmt)?;
        let info = &self.blocks[block];
        Some(Position { stmts: &info.stmts, index, is_bare: info.is_bare, owner: info.owner })
    }

    /// Whether `stmt` stands in the block of a `defer`.
    pub(super) fn is_deferred(&self, ast: &Ast, stmt: StmtId) -> bool {
        let owner = self.position(stmt).and_then(|position| position.owner);
        owner.is_some_and(|owner| matches!(ast.stmts[owner].kind, StmtKind::Defer(_)))
    }

    /// The blocks in braces that belong to `stmt`.
    pub(super) fn of(&self, stmt: StmtId) -> impl Iterator<Item = Span> + '_ {
        let of_it = move |info: &&Info| info.owner == Some(stmt) && !info.is_bare;
        self.blocks.iter().filter(of_it).map(|info| info.span)
    }
}

/// The blocks that belong to a statement.
fn blocks_of(kind: &StmtKind) -> Vec<&Block> {
    match kind {
        StmtKind::Block(block) | StmtKind::Defer(block) => vec![block],
        StmtKind::Loop(l) => vec![&l.body],
        StmtKind::If { arms, otherwise } => {
            arms.iter().map(|(_, block)| block).chain(otherwise).collect()
        }
        StmtKind::Switch { arms, .. } => arms.iter().map(|arm| &arm.body).collect(),
        _ => Vec::new(),
    }
}
