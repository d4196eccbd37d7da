//! The compiled form of a module: one list of instructions over numbered registers, in which every
//! name, type and target is resolved.
//!
//! A register holds 64 bits: a sign-extended integer, a truth value as 0 or 1, the bits of a float,
//! or an address. Struct and array values are kept beside the registers in the *aggregate area* of
//! their activation: their bytes, and which of them have been written. Registers and areas are
//! numbered from the base of the running activation.

use luma_diagnostics::{OrNever as _, Span};
use luma_ir::Type;

use crate::host::HostFunction;

/// The number of a register.
pub(crate) type Reg = u32;

/// A position in [`Program::code`].
pub(crate) type Pc = u32;

/// One instruction. `d` is the register it sets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Inst {
    Const {
        d: Reg,
        low: u32,
        high: u32,
    },
    Copy {
        d: Reg,
        a: Reg,
    },
    /// A variable held in `a`, where `a + 1` says whether it has a value.
    Read {
        d: Reg,
        a: Reg,
    },
    Write {
        d: Reg,
        a: Reg,
    },
    Undefine {
        d: Reg,
    },

    Add {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    Sub {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    Mul {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    Div {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    Rem {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    Div8 {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    Rem8 {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    And {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    Or {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    Xor {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    Shl {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    Shr {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    Neg {
        d: Reg,
        a: Reg,
    },
    Not {
        d: Reg,
        a: Reg,
    },
    NotBool {
        d: Reg,
        a: Reg,
    },
    AddF64 {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    SubF64 {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    MulF64 {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    DivF64 {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    NegF64 {
        d: Reg,
        a: Reg,
    },
    AddF32 {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    SubF32 {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    MulF32 {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    DivF32 {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    NegF32 {
        d: Reg,
        a: Reg,
    },

    Eq {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    Ne {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    Lt {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    Le {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    EqF64 {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    NeF64 {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    LtF64 {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    LeF64 {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    EqF32 {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    NeF32 {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    LtF32 {
        d: Reg,
        a: Reg,
        b: Reg,
    },
    LeF32 {
        d: Reg,
        a: Reg,
        b: Reg,
    },

    /// The low 8 bits, sign-extended.
    Narrow {
        d: Reg,
        a: Reg,
    },
    LowBit {
        d: Reg,
        a: Reg,
    },
    IntToF64 {
        d: Reg,
        a: Reg,
    },
    IntToF32 {
        d: Reg,
        a: Reg,
    },
    F64ToInt {
        d: Reg,
        a: Reg,
    },
    F32ToInt {
        d: Reg,
        a: Reg,
    },
    F64ToF32 {
        d: Reg,
        a: Reg,
    },
    F32ToF64 {
        d: Reg,
        a: Reg,
    },

    /// An address and a constant.
    Field {
        d: Reg,
        a: Reg,
        offset: u32,
    },
    /// An address and a number of elements.
    Index {
        d: Reg,
        a: Reg,
        b: Reg,
        size: u32,
    },
    LoadBool {
        d: Reg,
        a: Reg,
    },
    Load8 {
        d: Reg,
        a: Reg,
    },
    Load32 {
        d: Reg,
        a: Reg,
    },
    Load64 {
        d: Reg,
        a: Reg,
    },
    Store8 {
        a: Reg,
        v: Reg,
    },
    Store32 {
        a: Reg,
        v: Reg,
    },
    Store64 {
        a: Reg,
        v: Reg,
    },
    /// Between memory and the aggregate area, which begins at `at`.
    LoadArea {
        at: u32,
        a: Reg,
        size: u32,
    },
    StoreArea {
        a: Reg,
        at: u32,
        size: u32,
    },
    CopyArea {
        to: u32,
        from: u32,
        size: u32,
    },
    CopyMemory {
        from: Reg,
        to: Reg,
        size: u32,
    },
    ZeroMemory {
        a: Reg,
        size: u32,
    },
    /// A variable in memory. Its register is zero until this is first executed.
    Local {
        d: Reg,
        size: u32,
    },
    Alloc {
        d: Reg,
        a: Reg,
    },
    Free {
        a: Reg,
    },
    Print {
        a: Reg,
        kind: PrintKind,
    },

    Jump {
        to: Pc,
    },
    Branch {
        a: Reg,
        yes: Pc,
        no: Pc,
    },
    BranchLt {
        a: Reg,
        b: Reg,
        yes: Pc,
        no: Pc,
    },
    BranchLe {
        a: Reg,
        b: Reg,
        yes: Pc,
        no: Pc,
    },
    BranchEq {
        a: Reg,
        b: Reg,
        yes: Pc,
        no: Pc,
    },
    BranchNe {
        a: Reg,
        b: Reg,
        yes: Pc,
        no: Pc,
    },
    Switch {
        a: Reg,
        table: u32,
    },
    /// Registers deferred code.
    Defer {
        body: Pc,
        after: Pc,
    },
    /// Runs deferred code until this many defers of this activation are left.
    RunDefers {
        to: u32,
    },
    EndDefer,
    Call {
        site: u32,
    },
    CallHost {
        site: u32,
    },
    Return,
    ReturnReg {
        a: Reg,
    },
    ReturnArea {
        at: u32,
        size: u32,
    },
    Unreachable,
    /// A call of a function that is not defined anywhere.
    UnknownExtern {
        name: u32,
    },
    /// Traps with [`Program::unsupported`].
    Unsupported {
        message: u32,
    },
}

/// The format of `luma.print`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PrintKind {
    Bool,
    Byte,
    Int,
    F32,
    F64,
    Text,
    Pointer,
}

/// The location of a value: a register or a part of the aggregate area.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub(crate) enum Slot {
    Reg(Reg),
    /// Offset in the aggregate area, size.
    Area(u32, u32),
}

/// A call of a function with a body.
#[derive(Clone, Debug)]
pub(crate) struct CallSite {
    pub(crate) caller: u32,
    pub(crate) callee: u32,
    /// The arguments and the parameters they become.
    pub(crate) args: Box<[(Slot, Slot)]>,
    pub(crate) result: Option<Slot>,
}

/// A call of a C function.
#[derive(Clone, Debug)]
pub(crate) struct HostSite {
    pub(crate) caller: u32,
    pub(crate) function: HostFunction,
    pub(crate) args: Box<[Reg]>,
    /// The register and type of the result.
    pub(crate) result: Option<(Reg, Type)>,
}

/// Targets by value, sorted.
#[derive(Clone, Debug)]
pub(crate) struct SwitchTable {
    pub(crate) cases: Vec<(i64, Pc)>,
    pub(crate) default: Pc,
}

/// A function with a body.
#[derive(Clone, Debug)]
pub(crate) struct FunctionInfo {
    pub(crate) name: String,
    pub(crate) entry: Pc,
    /// The number of registers.
    pub(crate) registers: u32,
    /// The registers to be zero at its start: those of [`Inst::Local`].
    pub(crate) zeroed: std::ops::Range<u32>,
    /// The size of its aggregate area in bytes.
    pub(crate) area: u32,
    /// The slots of its parameters.
    pub(crate) params: Vec<Slot>,
}

/// A global as it is before the program starts.
#[derive(Clone, Debug)]
pub(crate) struct GlobalImage {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// A module, ready to run.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) code: Vec<Inst>,
    /// The source range of each instruction.
    pub(crate) spans: Vec<Span>,
    pub(crate) functions: Vec<FunctionInfo>,
    pub(crate) calls: Vec<CallSite>,
    pub(crate) host_calls: Vec<HostSite>,
    pub(crate) switches: Vec<SwitchTable>,
    pub(crate) unsupported: Vec<String>,
    pub(crate) globals: Vec<GlobalImage>,
    /// String literals, each with its final zero.
    pub(crate) literals: Vec<Vec<u8>>,
    /// The index of `main`, if it can be run.
    pub(crate) main: Option<u32>,
    /// Why the module cannot be run at all.
    pub(crate) refused: Option<String>,
}

impl Program {
    /// The name of the function that `pc` is in.
    pub(crate) fn function_at(&self, pc: Pc) -> &str {
        let after = self.functions.partition_point(|f| f.entry <= pc);
        let function = after.checked_sub(1).and_then(|i| self.functions.get(i));
        function.map(|f| &*f.name).or_never("", "all code belongs to functions")
    }

    /// The source range of the instruction at `pc`.
    pub(crate) fn span(&self, pc: Pc) -> Span {
        self.spans[pc as usize]
    }
}
