//! Runs a [`Program`]. Calls, deferred code and control flow use explicit stacks, so programs use
//! the heap, never the stack of the interpreter.

use crate::answers::Script;
use crate::code::{Inst, Pc, Program, Slot};
use crate::host;
use crate::memory::Memory;
use crate::output::Output;
use crate::trap::{Fault, Faulty, TrapKind, fault};

/// Maximum number of bytes of struct and array values in all activations.
const AREA_LIMIT: usize = 1 << 30;
/// Maximum number of registers in all activations.
const REGISTER_LIMIT: usize = 1 << 27;

/// The saved state of a caller.
#[derive(Clone, Copy, Debug)]
struct Frame {
    /// The call that made it.
    pc: Pc,
    base: u32,
    area: u32,
    defers: u32,
    locals: u32,
}

/// How a program ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// `main` returned this.
    Returned(i64),
    /// `exit` was called.
    Exited(i32),
    /// `abort` was called.
    Aborted,
}

/// A running program.
pub(crate) struct Machine<'p, 'o> {
    program: &'p Program,
    pub(crate) memory: Memory,
    pub(crate) out: Output<'o>,
    pub(crate) files: host::Files,
    pub(crate) environment: host::Environment,
    pub(crate) script: Script,
    registers: Vec<u64>,
    /// Struct and array values: their bytes, and which of them have been written.
    area: Vec<u8>,
    written: Vec<u8>,
    frames: Vec<Frame>,
    /// Registered deferred code of all activations.
    defers: Vec<Pc>,
    /// The positions at which control resumes after deferred code.
    resumes: Vec<Pc>,
    pub(crate) steps: u64,
    step_limit: u64,
    call_depth: usize,
    /// The instruction being executed.
    pub(crate) pc: Pc,
}

impl<'p, 'o> Machine<'p, 'o> {
    pub(crate) fn new(
        program: &'p Program,
        memory: Memory,
        out: Output<'o>,
        step_limit: u64,
        call_depth: usize,
    ) -> Self {
        Self {
            program,
            memory,
            out,
            files: host::Files::default(),
            environment: host::Environment::default(),
            script: Script::default(),
            registers: Vec::new(),
            area: Vec::new(),
            written: Vec::new(),
            frames: Vec::new(),
            defers: Vec::new(),
            resumes: Vec::new(),
            steps: 0,
            step_limit,
            call_depth,
            pc: 0,
        }
    }

    /// Runs the function `main` with these arguments to the end of the program.
    ///
    /// # Errors
    ///
    /// The fault that stopped it, at [`Machine::pc`].
    pub(crate) fn run(&mut self, main: u32, args: &[u64]) -> Faulty<End> {
        let Some(info) = self.program.functions.get(main as usize) else {
            return Ok(End::Returned(0));
        };
        self.pc = info.entry;
        self.registers.resize(info.registers as usize, 0);
        self.make_area(info.area as usize)?;
        for (&slot, &arg) in info.params.iter().zip(args) {
            if let Slot::Reg(reg) = slot {
                self.registers[reg as usize] = arg;
            }
        }
        self.execute(info.entry)
    }

    /// The callers of the running function, innermost first: the calls they are at.
    pub(crate) fn callers(&self) -> impl DoubleEndedIterator<Item = Pc> + ExactSizeIterator + '_ {
        self.frames.iter().rev().map(|frame| frame.pc)
    }

    /// Everything that can hold a pointer outside memory.
    pub(crate) fn roots(&self) -> impl Iterator<Item = u64> + '_ {
        let words = self.area.chunks_exact(8).map(|word| {
            let mut value = [0; 8];
            value.copy_from_slice(word);
            u64::from_le_bytes(value)
        });
        self.registers.iter().copied().chain(words)
    }

    fn make_area(&mut self, end: usize) -> Faulty<()> {
        if end > AREA_LIMIT {
            let text = "stack overflow: struct and array values fill the stack";
            return Err(fault(TrapKind::StackOverflow, text));
        }
        if self.area.len() < end {
            self.area.resize(end, 0);
            self.written.resize(end, 0);
        }
        Ok(())
    }

    fn copy_area(&mut self, from: usize, to: usize, size: usize) {
        self.area.copy_within(from..from + size, to);
        self.written.copy_within(from..from + size, to);
    }

    fn execute(&mut self, entry: Pc) -> Faulty<End> {
        let program = self.program;
        let code = program.code.as_slice();
        let mut pc = entry as usize;
        // Where the running activation begins.
        let mut base = 0usize;
        let mut area = 0usize;
        let mut defers = 0usize;
        let mut locals = 0u32;

        macro_rules! reg {
            ($r:expr) => {
                self.registers[base + $r as usize]
            };
        }
        macro_rules! int {
            ($r:expr) => {
                (reg!($r) as i64)
            };
        }
        macro_rules! f64 {
            ($r:expr) => {
                f64::from_bits(reg!($r))
            };
        }
        macro_rules! f32 {
            ($r:expr) => {
                f32::from_bits(reg!($r) as u32)
            };
        }
        macro_rules! set_f32 {
            ($d:expr, $value:expr) => {
                reg!($d) = u64::from(f32::to_bits($value))
            };
        }
        // Unwraps a result; a fault stops the program at this instruction.
        macro_rules! checked {
            ($result:expr) => {
                match $result {
                    Ok(value) => value,
                    Err(fault) => {
                        self.pc = pc as Pc - 1;
                        return Err(fault);
                    }
                }
            };
        }
        macro_rules! go {
            ($condition:expr, $yes:expr, $no:expr) => {
                pc = if $condition { $yes } else { $no } as usize
            };
        }

        loop {
            let inst = code[pc];
            pc += 1;
            self.steps += 1;
            if self.steps > self.step_limit {
                self.pc = pc as Pc - 1;
                return Err(too_long(self.step_limit));
            }
            match inst {
                Inst::Const { d, low, high } => {
                    reg!(d) = u64::from(low) | u64::from(high) << 32;
                }
                Inst::Copy { d, a } => reg!(d) = reg!(a),
                Inst::Read { d, a } => {
                    if reg!(a + 1) == 0 {
                        self.pc = pc as Pc - 1;
                        return Err(no_value());
                    }
                    reg!(d) = reg!(a);
                }
                Inst::Write { d, a } => {
                    reg!(d) = reg!(a);
                    reg!(d + 1) = 1;
                }
                Inst::Undefine { d } => reg!(d + 1) = 0,

                Inst::Add { d, a, b } => reg!(d) = reg!(a).wrapping_add(reg!(b)),
                Inst::Sub { d, a, b } => reg!(d) = reg!(a).wrapping_sub(reg!(b)),
                Inst::Mul { d, a, b } => reg!(d) = reg!(a).wrapping_mul(reg!(b)),
                Inst::Div { d, a, b } => {
                    reg!(d) = checked!(divide(int!(a), int!(b), i64::MIN)) as u64;
                }
                Inst::Rem { d, a, b } => {
                    reg!(d) = checked!(remainder(int!(a), int!(b), i64::MIN)) as u64;
                }
                Inst::Div8 { d, a, b } => {
                    reg!(d) = checked!(divide(int!(a), int!(b), i8::MIN.into())) as u64;
                }
                Inst::Rem8 { d, a, b } => {
                    reg!(d) = checked!(remainder(int!(a), int!(b), i8::MIN.into())) as u64;
                }
                Inst::And { d, a, b } => reg!(d) = reg!(a) & reg!(b),
                Inst::Or { d, a, b } => reg!(d) = reg!(a) | reg!(b),
                Inst::Xor { d, a, b } => reg!(d) = reg!(a) ^ reg!(b),
                Inst::Shl { d, a, b } => reg!(d) = reg!(a) << (reg!(b) & 63),
                Inst::Shr { d, a, b } => reg!(d) = (int!(a) >> (reg!(b) & 63)) as u64,
                Inst::Neg { d, a } => reg!(d) = reg!(a).wrapping_neg(),
                Inst::Not { d, a } => reg!(d) = !reg!(a),
                Inst::NotBool { d, a } => reg!(d) = reg!(a) ^ 1,
                Inst::AddF64 { d, a, b } => reg!(d) = (f64!(a) + f64!(b)).to_bits(),
                Inst::SubF64 { d, a, b } => reg!(d) = (f64!(a) - f64!(b)).to_bits(),
                Inst::MulF64 { d, a, b } => reg!(d) = (f64!(a) * f64!(b)).to_bits(),
                Inst::DivF64 { d, a, b } => reg!(d) = (f64!(a) / f64!(b)).to_bits(),
                Inst::NegF64 { d, a } => reg!(d) = reg!(a) ^ 1 << 63,
                Inst::AddF32 { d, a, b } => set_f32!(d, f32!(a) + f32!(b)),
                Inst::SubF32 { d, a, b } => set_f32!(d, f32!(a) - f32!(b)),
                Inst::MulF32 { d, a, b } => set_f32!(d, f32!(a) * f32!(b)),
                Inst::DivF32 { d, a, b } => set_f32!(d, f32!(a) / f32!(b)),
                Inst::NegF32 { d, a } => reg!(d) = reg!(a) ^ 1 << 31,

                Inst::Eq { d, a, b } => reg!(d) = u64::from(reg!(a) == reg!(b)),
                Inst::Ne { d, a, b } => reg!(d) = u64::from(reg!(a) != reg!(b)),
                Inst::Lt { d, a, b } => reg!(d) = u64::from(int!(a) < int!(b)),
                Inst::Le { d, a, b } => reg!(d) = u64::from(int!(a) <= int!(b)),
                Inst::EqF64 { d, a, b } => reg!(d) = u64::from(f64!(a) == f64!(b)),
                Inst::NeF64 { d, a, b } => {
                    reg!(d) = u64::from(f64!(a) < f64!(b) || f64!(a) > f64!(b));
                }
                Inst::LtF64 { d, a, b } => reg!(d) = u64::from(f64!(a) < f64!(b)),
                Inst::LeF64 { d, a, b } => reg!(d) = u64::from(f64!(a) <= f64!(b)),
                Inst::EqF32 { d, a, b } => reg!(d) = u64::from(f32!(a) == f32!(b)),
                Inst::NeF32 { d, a, b } => {
                    reg!(d) = u64::from(f32!(a) < f32!(b) || f32!(a) > f32!(b));
                }
                Inst::LtF32 { d, a, b } => reg!(d) = u64::from(f32!(a) < f32!(b)),
                Inst::LeF32 { d, a, b } => reg!(d) = u64::from(f32!(a) <= f32!(b)),

                Inst::Narrow { d, a } => reg!(d) = i64::from(reg!(a) as i8) as u64,
                Inst::LowBit { d, a } => reg!(d) = reg!(a) & 1,
                Inst::IntToF64 { d, a } => reg!(d) = (int!(a) as f64).to_bits(),
                Inst::IntToF32 { d, a } => set_f32!(d, int!(a) as f32),
                Inst::F64ToInt { d, a } => reg!(d) = f64!(a) as i64 as u64,
                Inst::F32ToInt { d, a } => reg!(d) = f32!(a) as i64 as u64,
                Inst::F64ToF32 { d, a } => set_f32!(d, f64!(a) as f32),
                Inst::F32ToF64 { d, a } => reg!(d) = f64::from(f32!(a)).to_bits(),

                Inst::Field { d, a, offset } => {
                    reg!(d) = reg!(a).wrapping_add(u64::from(offset));
                }
                Inst::Index { d, a, b, size } => {
                    reg!(d) = reg!(a).wrapping_add(reg!(b).wrapping_mul(u64::from(size)));
                }
                Inst::LoadBool { d, a } => {
                    let [byte] = checked!(self.memory.load::<1>(reg!(a)));
                    reg!(d) = u64::from(byte & 1);
                }
                Inst::Load8 { d, a } => {
                    let [byte] = checked!(self.memory.load::<1>(reg!(a)));
                    reg!(d) = i64::from(byte as i8) as u64;
                }
                Inst::Load32 { d, a } => {
                    let bytes = checked!(self.memory.load::<4>(reg!(a)));
                    reg!(d) = u64::from(u32::from_le_bytes(bytes));
                }
                Inst::Load64 { d, a } => {
                    reg!(d) = u64::from_le_bytes(checked!(self.memory.load::<8>(reg!(a))));
                }
                Inst::Store8 { a, v } => {
                    checked!(self.memory.store(reg!(a), [reg!(v) as u8]));
                }
                Inst::Store32 { a, v } => {
                    checked!(self.memory.store(reg!(a), (reg!(v) as u32).to_le_bytes()));
                }
                Inst::Store64 { a, v } => {
                    checked!(self.memory.store(reg!(a), reg!(v).to_le_bytes()));
                }
                Inst::LoadArea { at, a, size } => {
                    let at = area + at as usize;
                    let range = at..at + size as usize;
                    let (to, written) = (&mut self.area[range.clone()], &mut self.written[range]);
                    checked!(self.memory.read_into(self.registers[base + a as usize], to, written));
                }
                Inst::StoreArea { a, at, size } => {
                    let at = area + at as usize;
                    let range = at..at + size as usize;
                    let (from, written) = (&self.area[range.clone()], &self.written[range]);
                    let address = self.registers[base + a as usize];
                    checked!(self.memory.write_from(address, from, written));
                }
                Inst::CopyArea { to, from, size } => {
                    self.copy_area(area + from as usize, area + to as usize, size as usize);
                }
                Inst::CopyMemory { from, to, size } => {
                    checked!(self.memory.copy(reg!(from), reg!(to), size.into()));
                }
                Inst::ZeroMemory { a, size } => {
                    checked!(self.memory.fill(reg!(a), 0, size.into()));
                }
                Inst::Local { d, size } => {
                    // One object per activation: executed again, the variable has no value again.
                    match reg!(d) {
                        0 => reg!(d) = checked!(self.memory.local(size, pc as Pc - 1)),
                        address => self.memory.undefine(address),
                    }
                }
                Inst::Alloc { d, a } => {
                    reg!(d) = checked!(self.memory.alloc(reg!(a), pc as Pc - 1));
                }
                Inst::Free { a } => {
                    checked!(self.memory.free(reg!(a), pc as Pc - 1));
                }
                Inst::Print { a, kind } => {
                    checked!(self.out.print(reg!(a), kind, &self.memory));
                }

                Inst::Jump { to } => pc = to as usize,
                Inst::Branch { a, yes, no } => go!(reg!(a) != 0, yes, no),
                Inst::BranchLt { a, b, yes, no } => go!(int!(a) < int!(b), yes, no),
                Inst::BranchLe { a, b, yes, no } => go!(int!(a) <= int!(b), yes, no),
                Inst::BranchEq { a, b, yes, no } => go!(reg!(a) == reg!(b), yes, no),
                Inst::BranchNe { a, b, yes, no } => go!(reg!(a) != reg!(b), yes, no),
                Inst::Switch { a, table } => {
                    let table = &program.switches[table as usize];
                    let value = int!(a);
                    let found = table.cases.binary_search_by_key(&value, |&(label, _)| label);
                    pc = found.map_or(table.default, |i| table.cases[i].1) as usize;
                }
                Inst::Defer { body, after } => {
                    self.defers.push(body);
                    pc = after as usize;
                }
                Inst::RunDefers { to } => {
                    if self.defers.len() > defers + to as usize
                        && let Some(body) = self.defers.pop()
                    {
                        // Back to this instruction, for the next defer.
                        self.resumes.push(pc as Pc - 1);
                        pc = body as usize;
                    }
                }
                Inst::EndDefer => {
                    if let Some(back) = self.resumes.pop() {
                        pc = back as usize;
                    }
                }

                Inst::Call { site } => {
                    let site = &program.calls[site as usize];
                    let callee = &program.functions[site.callee as usize];
                    let caller = &program.functions[site.caller as usize];
                    let next = base + caller.registers as usize;
                    let next_area = area + caller.area as usize;
                    if self.frames.len() >= self.call_depth {
                        self.pc = pc as Pc - 1;
                        return Err(too_deep(self.call_depth));
                    }
                    let end = next + callee.registers as usize;
                    if self.registers.len() < end {
                        if end > REGISTER_LIMIT {
                            self.pc = pc as Pc - 1;
                            return Err(too_deep(self.frames.len()));
                        }
                        self.registers.resize(end, 0);
                    }
                    checked!(self.make_area(next_area + callee.area as usize));
                    for &(from, to) in &site.args {
                        match (from, to) {
                            (Slot::Reg(from), Slot::Reg(to)) => {
                                self.registers[next + to as usize] = reg!(from);
                            }
                            (Slot::Area(from, size), Slot::Area(to, _)) => {
                                let (from, to) = (area + from as usize, next_area + to as usize);
                                self.copy_area(from, to, size as usize);
                            }
                            _ => {}
                        }
                    }
                    let zeroed = &callee.zeroed;
                    if !zeroed.is_empty() {
                        let range = next + zeroed.start as usize..next + zeroed.end as usize;
                        self.registers[range].fill(0);
                    }
                    self.frames.push(Frame {
                        pc: pc as Pc - 1,
                        base: base as u32,
                        area: area as u32,
                        defers: defers as u32,
                        locals,
                    });
                    base = next;
                    area = next_area;
                    defers = self.defers.len();
                    locals = self.memory.locals();
                    pc = callee.entry as usize;
                }
                Inst::CallHost { site } => {
                    let site = &program.host_calls[site as usize];
                    let mut args = [0; host::MOST_ARGS];
                    for (arg, &reg) in args.iter_mut().zip(&site.args) {
                        *arg = reg!(reg);
                    }
                    self.pc = pc as Pc - 1;
                    match host::call(self, site.function, &args, site.args.len())? {
                        host::Flow::Next(value) => {
                            if let Some((d, ty)) = site.result {
                                reg!(d) = host::converted(value, ty);
                            }
                        }
                        host::Flow::End(end) => {
                            // Slots above the running activation are not roots.
                            let caller = &program.functions[site.caller as usize];
                            self.registers.truncate(base + caller.registers as usize);
                            self.area.truncate(area + caller.area as usize);
                            return Ok(end);
                        }
                    }
                }
                Inst::Return | Inst::ReturnReg { .. } | Inst::ReturnArea { .. } => {
                    if self.memory.locals() > locals {
                        self.memory.end_locals(locals);
                    }
                    let Some(frame) = self.frames.pop() else {
                        self.pc = pc as Pc - 1;
                        // Stale registers are not roots.
                        let value = match inst {
                            Inst::ReturnReg { a } => int!(a),
                            _ => 0,
                        };
                        self.registers.clear();
                        self.area.clear();
                        return Ok(End::Returned(value));
                    };
                    let (inner, inner_area) = (base, area);
                    pc = frame.pc as usize + 1;
                    base = frame.base as usize;
                    area = frame.area as usize;
                    defers = frame.defers as usize;
                    locals = frame.locals;
                    let Inst::Call { site } = code[frame.pc as usize] else { continue };
                    match (inst, program.calls[site as usize].result) {
                        (Inst::ReturnReg { a }, Some(Slot::Reg(d))) => {
                            reg!(d) = self.registers[inner + a as usize];
                        }
                        (Inst::ReturnArea { at, size }, Some(Slot::Area(to, _))) => {
                            let (from, to) = (inner_area + at as usize, area + to as usize);
                            self.copy_area(from, to, size as usize);
                        }
                        _ => {}
                    }
                }
                Inst::Unreachable => {
                    self.pc = pc as Pc - 1;
                    let text =
                        "the program reaches an operation that was assumed to be unreachable";
                    return Err(fault(TrapKind::Unreachable, text));
                }
                Inst::UnknownExtern { name } => {
                    self.pc = pc as Pc - 1;
                    let name = &program.unsupported[name as usize];
                    let text = format!("the interpreter knows no function `{name}` of C");
                    return Err(fault(TrapKind::UnknownExtern, text));
                }
                Inst::Unsupported { message } => {
                    self.pc = pc as Pc - 1;
                    let text = program.unsupported[message as usize].as_str();
                    return Err(fault(TrapKind::Unsupported, text));
                }
            }
        }
    }
}

#[inline]
fn divide(a: i64, b: i64, least: i64) -> Faulty<i64> {
    if b == 0 || (b == -1 && a == least) {
        return Err(bad_division(a, b));
    }
    Ok(a / b)
}

#[inline]
fn remainder(a: i64, b: i64, least: i64) -> Faulty<i64> {
    if b == 0 || (b == -1 && a == least) {
        return Err(bad_division(a, b));
    }
    Ok(a % b)
}

#[cold]
fn bad_division(a: i64, b: i64) -> Box<Fault> {
    if b == 0 {
        return fault(TrapKind::DivisionByZero, format!("division of {a} by zero"));
    }
    fault(TrapKind::DivisionOverflow, format!("division of {a} by -1 overflows"))
}

#[cold]
fn no_value() -> Box<Fault> {
    fault(TrapKind::Uninitialised, "read of a variable that has no value yet")
}

#[cold]
fn too_long(limit: u64) -> Box<Fault> {
    fault(TrapKind::StepLimit, format!("the program takes more than {limit} steps"))
}

#[cold]
fn too_deep(depth: usize) -> Box<Fault> {
    fault(TrapKind::StackOverflow, format!("stack overflow: {depth} calls are running"))
}
