//! Module to [`Program`]: resolves names, types, places and targets once, before anything runs.

mod control;
mod globals;
mod locals;
mod ops;

use luma_diagnostics::OrNever as _;
use luma_ir::{
    Attribute, Block, Entity, Function, Linkage, Module, Op, Symbol, Type, TypeData, Value,
};
use rustc_hash::FxHashMap;

use crate::code::{FunctionInfo, Inst, Pc, Program, Reg, Slot};
use crate::layout::{LARGEST, Layouts};

/// State shared by all functions during compilation.
struct Compiler<'a> {
    module: &'a Module,
    /// Whether a script answers `ask`.
    scripted: bool,
    layouts: Layouts<'a>,
    program: Program,
    /// Functions with a body by name.
    functions: FxHashMap<Symbol, u32>,
    literals: FxHashMap<Vec<u8>, u32>,
}

/// Compiles `module`, which the verifier must have accepted.
pub(crate) fn compile(module: &Module, scripted: bool) -> Program {
    let mut compiler = Compiler {
        module,
        scripted,
        layouts: Layouts::new(module),
        program: Program::default(),
        functions: FxHashMap::default(),
        literals: FxHashMap::default(),
    };
    let bodies: Vec<&Function> =
        module.functions.values().filter(|f| f.entry().is_some()).collect();
    for (index, f) in bodies.iter().enumerate() {
        compiler.functions.insert(f.name, index as u32);
    }
    compiler.globals();
    // Parameters first: calls need those of functions that come later.
    for f in &bodies {
        let (params, registers, area) = compiler.params(f);
        compiler.program.functions.push(FunctionInfo {
            name: module.context.name(f.name).to_string(),
            entry: 0,
            registers,
            zeroed: 0..0,
            area,
            params,
        });
    }
    for (index, f) in bodies.iter().enumerate() {
        compiler.function(index, f);
    }
    compiler.main();
    compiler.program
}

impl<'a> Compiler<'a> {
    /// Finds `main`, in a form the interpreter can call.
    fn main(&mut self) {
        let name = self.module.context.symbol("main");
        let f = self.module.functions.get(&name).filter(|f| f.linkage != Linkage::External);
        let context = &self.module.context;
        let fits = f.is_some_and(|f| {
            let params = match *f.params.as_slice() {
                [] => true,
                [count, list] => count == Type::I64 && context.is_ptr(list),
                _ => false,
            };
            params && matches!(*f.results.as_slice(), [] | [Type::I64])
        });
        self.program.main = self.functions.get(&name).copied().filter(|_| fits);
    }

    /// Where the parameters of `f` are, and how many registers and bytes they take.
    fn params(&mut self, f: &Function) -> (Vec<Slot>, u32, u32) {
        let mut frame = Frame::default();
        let slots = f.params.iter().map(|&ty| self.place(&mut frame, ty)).collect();
        (slots, frame.registers, frame.area)
    }

    /// Allocates a slot for a value of type `ty`.
    fn place(&mut self, frame: &mut Frame, ty: Type) -> Slot {
        if !self.module.context.is_aggregate(ty) {
            return Slot::Reg(frame.register());
        }
        let size = self.size(ty);
        let at = frame.area;
        match frame.area.checked_add(size) {
            Some(end) if u64::from(end) <= LARGEST => frame.area = end,
            _ => {
                self.refuse("a function holds more struct and array values than there is room for")
            }
        }
        Slot::Area(at, size)
    }

    /// The size of an object of type `ty`. If it exceeds memory, the program is refused.
    fn size(&mut self, ty: Type) -> u32 {
        let size = self.layouts.of(ty).size;
        if size > LARGEST {
            self.refuse(&format!("a type larger than {} MiB", LARGEST >> 20));
            return 0;
        }
        size as u32
    }

    fn refuse(&mut self, why: &str) {
        self.program.refused.get_or_insert_with(|| why.to_owned());
    }

    /// The index of the string literal `bytes`.
    fn literal(&mut self, bytes: &[u8]) -> u32 {
        if let Some(&index) = self.literals.get(bytes) {
            return index;
        }
        let index = self.program.literals.len() as u32;
        self.literals.insert(bytes.to_vec(), index);
        self.program.literals.push([bytes, b"\0"].concat());
        index
    }

    fn function(&mut self, index: usize, f: &'a Function) {
        let entry = self.program.code.len() as Pc;
        let info = &self.program.functions[index];
        let frame = Frame { registers: info.registers, area: info.area };
        let params = info.params.clone();
        let mut body = Body {
            kinds: locals::kinds(self.module, f),
            uses: uses(f),
            c: self,
            index: index as u32,
            f,
            frame,
            slots: vec![None; f.value_count()],
            blocks: vec![None; f.block_capacity()],
            labels: Vec::new(),
            last_bound: None,
            scopes: Vec::new(),
            loops: Vec::new(),
            pending: 0,
            tasks: Vec::new(),
            at: f.loc.span,
        };
        let args = f.entry().map(|entry| f.block_args(entry));
        let args = args.or_never(&[], "only functions with a body are compiled");
        for (&value, &slot) in args.iter().zip(&params) {
            body.set(value, slot);
        }
        let zeroed = body.number_locals();
        body.control();
        body.patch(entry);
        let frame = body.frame;
        if let Some(info) = self.program.functions.get_mut(index) {
            info.entry = entry;
            info.registers = frame.registers;
            info.area = frame.area;
            info.zeroed = zeroed;
        }
    }
}

fn uses(f: &Function) -> Vec<u32> {
    let mut uses = vec![0; f.value_count()];
    f.walk(&mut |op| {
        for &value in f.used_values(op) {
            uses[value.index()] += 1;
        }
    });
    uses
}

/// How much of an activation is allocated.
#[derive(Clone, Copy, Default)]
struct Frame {
    registers: u32,
    area: u32,
}

impl Frame {
    fn register(&mut self) -> Reg {
        self.registers += 1;
        self.registers - 1
    }
}

/// A target whose position is not known yet.
type Label = u32;

/// One function during its compilation.
struct Body<'c, 'a> {
    c: &'c mut Compiler<'a>,
    /// The index of the function.
    index: u32,
    f: &'a Function,
    frame: Frame,
    /// How each variable is held, by value index.
    kinds: Vec<locals::Kind>,
    /// How often each value is used, by index.
    uses: Vec<u32>,
    slots: Vec<Option<Slot>>,
    blocks: Vec<Option<Label>>,
    labels: Vec<Pc>,
    /// The last position a label was bound to.
    last_bound: Option<Pc>,
    scopes: Vec<control::Scope>,
    loops: Vec<control::LoopTargets>,
    /// How many defers are registered at this point of this activation.
    pending: u32,
    tasks: Vec<control::Task>,
    at: luma_diagnostics::Span,
}

impl Body<'_, '_> {
    fn emit(&mut self, inst: Inst) {
        self.c.program.code.push(inst);
        self.c.program.spans.push(self.at);
    }

    fn pc(&self) -> Pc {
        self.c.program.code.len() as Pc
    }

    fn set(&mut self, value: Value, slot: Slot) {
        if let Some(entry) = self.slots.get_mut(value.index()) {
            *entry = Some(slot);
        }
    }

    /// The slot of `value`; allocates one if it has none.
    fn slot(&mut self, value: Value) -> Slot {
        if let Some(Some(slot)) = self.slots.get(value.index()) {
            return *slot;
        }
        let ty = self.f.value_type(value);
        let slot = self.c.place(&mut self.frame, ty);
        self.set(value, slot);
        slot
    }

    /// The register of a scalar or a place.
    fn reg(&mut self, value: Value) -> Reg {
        match self.slot(value) {
            Slot::Reg(reg) => reg,
            // Types determine which values are in registers.
            Slot::Area(..) => 0,
        }
    }

    fn operand(&self, op: Op, index: usize) -> Value {
        // The verifier has checked the number of operands.
        self.f.operands(op)[index]
    }

    fn operand_reg(&mut self, op: Op, index: usize) -> Reg {
        self.reg(self.operand(op, index))
    }

    fn result(&self, op: Op) -> Value {
        self.f.results(op)[0]
    }

    fn result_reg(&mut self, op: Op) -> Reg {
        self.reg(self.result(op))
    }

    fn kind(&self, place: Value) -> locals::Kind {
        self.kinds.get(place.index()).copied().unwrap_or(locals::Kind::Memory)
    }

    /// The type a place holds or a pointer points to.
    fn element(&self, value: Value) -> Type {
        let element = self.c.module.context.element(self.f.value_type(value));
        element.or_never(Type::VOID, "a place or a pointer")
    }

    fn is_aggregate(&self, ty: Type) -> bool {
        matches!(self.c.module.context.type_data(ty), TypeData::Struct(_) | TypeData::Array(..))
    }

    fn symbol(&self, op: Op, name: Symbol) -> Option<Symbol> {
        self.f.op_attribute(op, name).and_then(Attribute::as_symbol)
    }

    fn unsupported(&mut self, message: impl Into<String>) {
        let index = self.c.program.unsupported.len() as u32;
        self.c.program.unsupported.push(message.into());
        self.emit(Inst::Unsupported { message: index });
    }

    fn constant(&mut self, d: Reg, value: u64) {
        self.emit(Inst::Const { d, low: value as u32, high: (value >> 32) as u32 });
    }

    // --- labels -----------------------------------------------------------------------------

    fn label(&mut self) -> Label {
        self.labels.push(0);
        self.labels.len() as Label - 1
    }

    fn bind(&mut self, label: Label) {
        // A jump to the next instruction is redundant.
        if let Some(&Inst::Jump { to }) = self.c.program.code.last()
            && to == label
            && self.last_bound != Some(self.pc())
        {
            self.c.program.code.pop();
            self.c.program.spans.pop();
        }
        let pc = self.pc();
        if let Some(slot) = self.labels.get_mut(label as usize) {
            *slot = pc;
        }
        self.last_bound = Some(pc);
    }

    fn block_label(&mut self, block: Block) -> Label {
        if let Some(Some(label)) = self.blocks.get(block.index()) {
            return *label;
        }
        let label = self.label();
        if let Some(slot) = self.blocks.get_mut(block.index()) {
            *slot = Some(label);
        }
        label
    }

    /// Replaces labels with positions in the code emitted since `start`.
    fn patch(&mut self, start: Pc) {
        let labels = &self.labels;
        let program = &mut self.c.program;
        let resolve = |label: &mut Pc| *label = labels[*label as usize];
        for inst in program.code.iter_mut().skip(start as usize) {
            match inst {
                Inst::Jump { to } => resolve(to),
                Inst::Branch { yes, no, .. }
                | Inst::BranchLt { yes, no, .. }
                | Inst::BranchLe { yes, no, .. }
                | Inst::BranchEq { yes, no, .. }
                | Inst::BranchNe { yes, no, .. } => {
                    resolve(yes);
                    resolve(no);
                }
                Inst::Defer { body, after } => {
                    resolve(body);
                    resolve(after);
                }
                Inst::Switch { table, .. } => {
                    if let Some(table) = program.switches.get_mut(*table as usize) {
                        resolve(&mut table.default);
                        table.cases.iter_mut().for_each(|(_, target)| resolve(target));
                    }
                }
                _ => {}
            }
        }
    }
}
