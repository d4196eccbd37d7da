//! Signatures, calls, returns, and the C functions that generated code needs.

use luma_diagnostics::OrNever as _;
use luma_ir::dialects::luma;
use luma_ir::{Attribute, Function, Linkage, Op, Type};

use super::emit::{Attr, Emit, Spec, Ty, Val, result_of};
use super::function::Body;
use super::symbols::RUNTIME;
use super::types::{Memory, value_type};
use super::{Lowered, Lowering};

/// The calling convention of a function.
pub(crate) struct Signature {
    /// The parameters; the first is the address of the result if that is returned in memory.
    pub(crate) params: Vec<Ty>,
    result: Option<Ty>,
    /// The type of the result, if the caller provides the memory for it.
    pub(crate) result_by_address: Option<Memory>,
    /// The C entry point: `i32` instead of `i64`.
    pub(crate) is_main: bool,
    external: bool,
}

impl Signature {
    /// The results, at most one.
    pub(crate) fn results(&self) -> &[Ty] {
        self.result.as_slice()
    }
}

/// The calling convention of `f`.
pub(crate) fn signature(m: &mut Lowering<'_>, f: &Function) -> Lowered<Signature> {
    let external = f.linkage == Linkage::External;
    let is_main = is_main(m, f);
    let mut signature =
        Signature { params: Vec::new(), result: None, result_by_address: None, is_main, external };
    for &ty in &f.results {
        if !m.module.context.is_aggregate(ty) {
            signature.result = Some(value_type(&m.module.context, &m.emit, ty));
            continue;
        }
        let memory = m.memory(ty, f.loc)?;
        if external {
            signature.result = Some(memory.ty);
        } else {
            signature.params.push(m.emit.ty.ptr);
            signature.result_by_address = Some(memory);
        }
    }
    for &ty in &f.params {
        let by_value = external && m.module.context.is_aggregate(ty);
        let param = if by_value {
            m.memory(ty, f.loc)?.ty
        } else if is_main && ty == Type::I64 {
            m.emit.ty.i32
        } else {
            value_type(&m.module.context, &m.emit, ty)
        };
        signature.params.push(param);
    }
    if is_main {
        signature.result = Some(m.emit.ty.i32);
    }
    Ok(signature)
}

/// Whether `f` is the entry point of the program, with a signature of C's `main`.
fn is_main(m: &Lowering<'_>, f: &Function) -> bool {
    let context = &m.module.context;
    let params = match *f.params.as_slice() {
        [] => true,
        [count, list] => count == Type::I64 && context.is_ptr(list),
        _ => false,
    };
    let results = matches!(*f.results.as_slice(), [] | [Type::I64]);
    params && results && f.linkage != Linkage::External && context.name(f.name) == "main"
}

/// The extension that C expects of small integers: `i1` is zero-extended, `i8` sign-extended.
pub(crate) fn extensions(emit: &Emit, f: &Function) -> Vec<(&'static str, Attr)> {
    let extension = |&ty: &Type| {
        emit.flag_attr(match ty {
            Type::I1 => &["llvm.zeroext"],
            Type::I8 => &["llvm.signext"],
            _ => &[],
        })
    };
    let small = |types: &[Type]| types.iter().any(|&ty| ty == Type::I1 || ty == Type::I8);
    let list = |types: &[Type]| emit.array_attr(&types.iter().map(extension).collect::<Vec<_>>());
    let mut attributes = Vec::new();
    if small(&f.params) {
        attributes.push(("arg_attrs", list(&f.params)));
    }
    if small(&f.results) {
        attributes.push(("res_attrs", list(&f.results)));
    }
    attributes
}

/// Whether generated code itself calls the C function `name`.
pub(crate) fn is_runtime(name: &str) -> bool {
    RUNTIME.contains(&name)
}

/// Records that the runtime function `name` is called.
pub(crate) fn use_runtime(m: &mut Lowering<'_>, name: &str) {
    for (used, _) in m.runtime.iter_mut().zip(RUNTIME).filter(|(_, known)| *known == name) {
        *used = true;
    }
}

/// Declares the C functions that generated code itself calls.
pub(crate) fn declare_runtime(m: &mut Lowering<'_>) {
    m.emit.block = m.top;
    m.emit.location = m.emit.unknown_location();
    let emit = &m.emit;
    let (ptr, i32, i64) = (emit.ty.ptr, emit.ty.i32, emit.ty.i64);
    let types = [
        emit.llvm_function_type(Some(ptr), &[i64], false),
        emit.llvm_function_type(None, &[ptr], false),
        emit.llvm_function_type(Some(i32), &[ptr], true),
        emit.llvm_function_type(Some(i32), &[i32], false),
    ];
    for ((name, ty), used) in RUNTIME.into_iter().zip(types).zip(m.runtime) {
        if !used {
            continue;
        }
        let attributes = [
            ("sym_name", emit.string_attr(name.as_bytes())),
            ("function_type", emit.type_attr(ty)),
            ("linkage", emit.external_linkage()),
            ("sym_visibility", emit.string_attr(b"private")),
        ];
        let region = emit.new_region();
        let spec = Spec { attributes: &attributes, regions: &[region], ..Spec::default() };
        emit.op("llvm.func", &spec);
    }
}

/// The type of `printf`.
pub(crate) fn printf_type(emit: &Emit) -> Ty {
    emit.llvm_function_type(Some(emit.ty.i32), &[emit.ty.ptr], true)
}

/// `luma.call`
pub(crate) fn call(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let (f, module) = (body.f, body.m.module);
    let symbol = luma::Call(op).callee_attr(f).and_then(Attribute::as_symbol);
    let callee = symbol.and_then(|symbol| module.functions.get(&symbol));
    let callee = callee.ok_or_else(|| body.failure(op, "calls nothing"))?;
    let signature = signature(body.m, callee)?;
    let name = body.m.symbols.function(callee.name);
    let name = name.or_never("", "all functions of the module have names").to_owned();
    let loc = f.loc(op);

    let mut args = Vec::with_capacity(signature.params.len());
    let result_address = signature.result_by_address.map(|memory| body.alloca(memory));
    args.extend(result_address);
    for &arg in f.operands(op) {
        let ty = f.value_type(arg);
        let mut value = body.get(arg)?;
        if signature.external && body.is_aggregate(ty) {
            let memory = body.m.memory(ty, loc)?;
            value = body.m.emit.load(value, memory.ty);
        } else if signature.is_main && ty == Type::I64 {
            value = body.m.emit.value("arith.trunci", &[value], body.m.emit.ty.i32, &[]);
        }
        args.push(value);
    }
    let through_address = signature.external && is_runtime(&name);
    if through_address {
        use_runtime(body.m, &name);
    }
    let emit = &body.m.emit;
    let result = if through_address {
        // Declared as generated code needs it, called as the program declares it.
        let mut operands = vec![emit.address_of(&name)];
        operands.append(&mut args);
        emit.llvm_call(None, &operands, signature.result, None)
    } else {
        let attributes = &[("callee", emit.symbol_attr(&name))];
        let results = signature.results();
        let spec = Spec { operands: &args, results, attributes, ..Spec::default() };
        let call = emit.op("func.call", &spec);
        signature.result.map(|_| result_of(call, 0))
    };
    let Some(&target) = f.results(op).first() else { return Ok(()) };
    let ty = f.value_type(target);
    let value = match (result_address, result) {
        (Some(address), _) => address,
        (None, Some(value)) if body.is_aggregate(ty) => {
            let memory = body.m.memory(ty, loc)?;
            let address = body.alloca(memory);
            body.m.emit.store(value, address);
            address
        }
        (None, Some(value)) if signature.is_main => {
            body.m.emit.value("arith.extsi", &[value], body.m.emit.ty.i64, &[])
        }
        (None, Some(value)) => value,
        (None, None) => return Err(body.failure(op, "has no result")),
    };
    body.set(target, value);
    Ok(())
}

/// `luma.return`
pub(crate) fn ret(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let f = body.f;
    let mut operands: Vec<Val> = Vec::new();
    for &value in f.operands(op) {
        let found = body.get(value)?;
        match body.result_address {
            Some(address) => body.copy(address, found, f.value_type(value), f.loc(op))?,
            None => operands.push(found),
        }
    }
    if body.signature.is_main {
        let emit = &body.m.emit;
        let code = match operands.first() {
            Some(&code) => emit.value("arith.trunci", &[code], emit.ty.i32, &[]),
            None => emit.int(emit.ty.i32, 0),
        };
        operands = vec![code];
    }
    body.m.emit.effect("func.return", &operands, &[]);
    Ok(())
}

/// `luma.alloc`
pub(crate) fn alloc(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let size = body.operand(op, 0)?;
    let size = body.get(size)?;
    use_runtime(body.m, "malloc");
    let emit = &body.m.emit;
    let object = emit.llvm_call(Some("malloc"), &[size], Some(emit.ty.ptr), None);
    if let Some(object) = object {
        let result = body.result(op, 0)?;
        body.set(result, object);
    }
    Ok(())
}

/// `luma.free`
pub(crate) fn free(body: &mut Body<'_, '_>, op: Op) -> Lowered<()> {
    let pointer = body.operand(op, 0)?;
    let pointer = body.get(pointer)?;
    use_runtime(body.m, "free");
    body.m.emit.llvm_call(Some("free"), &[pointer], None, None);
    Ok(())
}
