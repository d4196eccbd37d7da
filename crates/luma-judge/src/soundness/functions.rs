//! Whole programs: functions of every kind of contract, and a `main` that uses them.

use super::places::{Ty, Val};
use super::scope::{Gen, Param, Ret, Sig};
use super::tree::{Fun, Program, Stmt, line};

/// Ways to free a list: by a loop, and by recursion.
const FREE_LIST: [(bool, &str); 2] = [
    (true, "let n1: *Node = n0.next; free(n0.data); free(n0); n0 = n1;"),
    (false, "free_list(n0.next); free(n0.data); free(n0);"),
];

/// A program, most of which is right.
pub(super) fn program(rng: &mut fastrand::Rng) -> Program {
    let mut maker = Gen {
        rng,
        site: 0,
        name: 0,
        object: 0,
        sigs: Vec::new(),
        fuel: false,
        places: Default::default(),
        flags: Vec::new(),
        ints: Vec::new(),
        pairs: Vec::new(),
        depth: 0,
        rounds: Vec::new(),
        params: Vec::new(),
        ret: Ret::Int,
        budget: 0,
        lists: false,
    };
    let mut functions = Vec::new();
    // Whole lists are owned where the verifier does not follow, so they have programs of their own.
    maker.lists = maker.chance(15);
    if maker.lists {
        functions.push(free_list(&mut maker));
    }
    let count = maker.rng.u32(0..5);
    for index in 0..count {
        functions.extend(function(&mut maker, index));
    }
    maker.reset(Vec::new(), Ret::Int);
    maker.budget = maker.rng.i32(6..24);
    let body = maker.body(16);
    functions.push(Fun { attributes: Vec::new(), head: "const main -> fn () int".into(), body });
    Program { functions }
}

fn free_list(maker: &mut Gen<'_>) -> Fun {
    let (by_loop, body) = FREE_LIST[maker.rng.usize(0..FREE_LIST.len())];
    let lines: Vec<Stmt> = body.split_inclusive(';').map(|text| line(text.trim())).collect();
    let condition = "n0 != cast<*Node>(0)";
    let stmt = match by_loop {
        true => Stmt::Loop(format!(" ({condition})"), lines),
        false => Stmt::If(condition.into(), lines, vec![]),
    };
    maker.sigs.push(Sig {
        name: "free_list".into(),
        params: vec![Param::Take(Ty::Node, true)],
        ret: Ret::Nothing,
        recursive: false,
    });
    Fun {
        attributes: vec!["#takes_ownership".into()],
        head: "const free_list -> fn (n0: *Node) void".into(),
        body: vec![stmt],
    }
}

impl Gen<'_> {
    fn reset(&mut self, params: Vec<Param>, ret: Ret) {
        self.places.0.clear();
        self.flags.clear();
        self.ints.clear();
        self.pairs.clear();
        self.rounds.clear();
        self.depth = 0;
        self.fuel = params.contains(&Param::Fuel);
        self.params = params;
        self.ret = ret;
    }
}

/// A function, or two that call each other.
fn function(maker: &mut Gen<'_>, index: u32) -> Vec<Fun> {
    let mut params = Vec::new();
    let mut ret = Ret::Int;
    match maker.rng.u32(0..10) {
        0 | 1 => {
            let maybe = maker.chance(50);
            ret = Ret::Own(Ty::Cell, maybe);
        }
        2 if maker.lists => {
            let maybe = maker.chance(50);
            ret = Ret::Own(Ty::Node, maybe);
        }
        2 | 3 => ret = Ret::Pair,
        4 | 5 => {
            let maybe = maker.chance(50);
            params.push(Param::Take(Ty::Cell, maybe));
            ret = Ret::Nothing;
        }
        6 => {
            let maybe = maker.chance(50);
            params.push(Param::Take(Ty::Cell, maybe));
            ret = Ret::Own(Ty::Cell, maybe);
        }
        7 => {
            params.push(Param::Lend(Ty::Cell));
            ret = if maker.chance(50) { Ret::Lend } else { Ret::Int };
        }
        8 => {
            params.push(Param::Fields);
            ret = Ret::Nothing;
        }
        _ => params.push(Param::Out),
    }
    if maker.chance(25) {
        let extra = [
            Param::Lend(Ty::Cell),
            Param::Take(Ty::Cell, true),
            Param::Int,
            Param::Lend(Ty::PairBox),
        ];
        params.extend(maker.pick(&extra));
    }
    let recursive = maker.chance(25);
    if recursive {
        params.push(Param::Fuel);
    }
    let twins = recursive && maker.chance(40);
    let names: Vec<String> = if twins {
        vec![format!("f{index}a"), format!("f{index}b")]
    } else {
        vec![format!("f{index}")]
    };
    let made: Vec<Sig> = names
        .iter()
        .map(|name| Sig { name: name.clone(), params: params.clone(), ret, recursive })
        .collect();
    if recursive {
        maker.sigs.extend(made.iter().cloned());
    }
    let functions = made.iter().map(|sig| one(maker, sig)).collect();
    if recursive {
        // From outside any fuel will do.
        for sig in maker.sigs.iter_mut().rev().take(made.len()) {
            sig.recursive = false;
        }
    } else {
        maker.sigs.extend(made);
    }
    functions
}

fn one(maker: &mut Gen<'_>, sig: &Sig) -> Fun {
    maker.reset(sig.params.clone(), sig.ret);
    maker.depth = 1;
    let (mut head, mut taken, mut all_taken) = (Vec::new(), Vec::new(), true);
    let mut first = Vec::new();
    for (index, &param) in sig.params.iter().enumerate() {
        let name = match param {
            Param::Fuel => {
                head.push("fuel: int".to_owned());
                continue;
            }
            Param::Int => format!("i{index}"),
            Param::Lend(ty) | Param::Take(ty, _) => format!("{}{index}", ty.letter()),
            Param::Fields => format!("t{index}"),
            Param::Out => format!("out{index}"),
        };
        match param {
            Param::Int => {
                head.push(format!("{name}: int"));
                maker.ints.push((name, 1));
            }
            Param::Lend(ty) => {
                head.push(format!("{name}: {}", ty.text()));
                maker.declare(&name, ty, Val::Borrowed);
                all_taken = false;
            }
            Param::Take(ty, maybe) => {
                head.push(format!("{name}: {}", ty.text()));
                let id = maker.fresh_object();
                maker.declare(&name, ty, if maybe { Val::Maybe(id) } else { Val::Own(id) });
                taken.push(name);
            }
            Param::Fields => {
                head.push(format!("{name}: *Pair"));
                all_taken = false;
                first.extend(fields(maker, &name));
            }
            Param::Out => {
                head.push(format!("{name}: **int"));
                all_taken = false;
                let fill = vec![
                    line(format!("*{name} = cast<*int>(alloc(2 * sizeof<int>));")),
                    line(format!("(*{name})[0] = 1;")),
                    line(format!("(*{name})[1] = 1;")),
                ];
                let none = vec![line(format!("*{name} = cast<*int>(0);"))];
                let question = maker.question();
                first.push(Stmt::If(question, fill, none));
            }
            Param::Fuel => {}
        }
    }
    maker.budget = maker.rng.i32(2..10);
    let mut body = first;
    if maker.fuel {
        let condition = "fuel <= 0".to_owned();
        let before = maker.places.clone();
        let fuel = std::mem::replace(&mut maker.fuel, false);
        let sigs = std::mem::take(&mut maker.sigs);
        maker.budget = 0;
        let way = maker.body(0);
        maker.fuel = fuel;
        maker.sigs = sigs;
        maker.places = before;
        maker.budget = maker.rng.i32(2..8);
        body.push(Stmt::If(condition, way, vec![]));
    }
    body.extend(maker.body(8));
    let mut attributes = Vec::new();
    if !taken.is_empty() {
        attributes.push(if all_taken {
            "#takes_ownership".to_owned()
        } else {
            format!("#takes_ownership({})", taken.join(", "))
        });
    }
    if matches!(sig.ret, Ret::Own(..) | Ret::Pair) {
        attributes.push("#returns_ownership".into());
    }
    let result = match sig.ret {
        Ret::Nothing => "void",
        Ret::Int => "int",
        Ret::Own(ty, _) => ty.text(),
        Ret::Pair => "Pair",
        Ret::Lend => "*int",
    };
    let head = format!("const {} -> fn ({}) {result}", sig.name, head.join(", "));
    Fun { attributes, head, body }
}

/// What a function does to the fields of a pair it borrows.
fn fields(maker: &mut Gen<'_>, name: &str) -> Vec<Stmt> {
    let mut out = Vec::new();
    for field in ["a", "b"] {
        let path = format!("{name}.{field}");
        match maker.rng.u32(0..4) {
            0 => {}
            1 | 2 => out
                .extend([line(format!("free({path});")), line(format!("{path} = cast<*int>(0);"))]),
            _ => {
                let fill = vec![
                    line(format!("{path} = cast<*int>(alloc(2 * sizeof<int>));")),
                    line(format!("{path}[0] = 1;")),
                    line(format!("{path}[1] = 1;")),
                ];
                out.push(Stmt::If(format!("{path} == cast<*int>(0)"), fill, vec![]));
            }
        }
    }
    out
}
