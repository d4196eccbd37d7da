//! Mistakes, as people make them: a statement is forgotten, written twice or somewhere else, a name
//! is the wrong one, a condition is turned round.

use super::parse::raw;
use super::tree::{Fun, Program, each_block};
use crate::Choices;
use crate::tree::{Kind, Stmt, Ty};

/// Makes one mistake; false if it came to nothing. The program may no longer be well-typed.
pub fn mistake(program: &mut Program, rng: &mut Choices) -> bool {
    let mut functions = program.functions_mut();
    let last = functions.len().saturating_sub(1);
    let chosen = if rng.chance(33) { last } else { rng.below(functions.len()) };
    let Some(f) = functions.get_mut(chosen) else { return false };
    let before = f.clone();
    let blocks = count_blocks(f);
    let block = rng.below(blocks);
    match rng.below(27) {
        0..5 => with_block(f, block, &mut |b, _| delete(b, rng)),
        5 | 6 => with_block(f, block, &mut |b, _| duplicate(b, rng)),
        7 | 8 => transfer(f, block, rng.below(blocks), rng),
        9..12 => with_block(f, block, &mut |b, _| rename(b, rng)),
        12 | 13 => with_block(f, block, &mut |b, _| condition(b, rng)),
        14 | 15 => with_block(f, block, &mut |b, _| unwrap(b, rng)),
        16 => with_block(f, block, &mut |b, _| wrap(b, rng)),
        17 => with_block(f, block, &mut |b, _| defer(b, rng)),
        18 | 19 => with_block(f, block, &mut |b, loops| jump(b, loops, rng)),
        20 => with_block(f, block, &mut |b, _| weaken(b, rng)),
        21 => attribute(f, rng),
        22 | 23 => address(f, block, rng),
        _ => with_block(f, block, &mut |b, _| late(b, rng)),
    }
    **f != before
}

fn count_blocks(f: &mut Fun) -> usize {
    let mut count = 0;
    each_block(&mut f.body, 0, &mut |_, _| count += 1);
    count
}

fn with_block(f: &mut Fun, wanted: usize, change: &mut dyn FnMut(&mut Vec<Stmt>, u32)) {
    let mut index = 0;
    each_block(&mut f.body, 0, &mut |block, loops| {
        if index == wanted {
            change(block, loops);
        }
        // A change may add blocks; they come after.
        index += 1;
    });
}

/// A statement, most often one about ownership.
fn some(block: &[Stmt], rng: &mut Choices) -> Option<usize> {
    let matters = |stmt: &Stmt| match stmt {
        Stmt::Text(text) => {
            text.starts_with("free") || text.contains("cast<*int>(0)") || text.starts_with('p')
        }
        _ => true,
    };
    let those: Vec<usize> = (0..block.len()).filter(|&i| matters(&block[i])).collect();
    if those.is_empty() || rng.below(4) == 0 {
        return (!block.is_empty()).then(|| rng.below(block.len()));
    }
    Some(those[rng.below(those.len())])
}

fn delete(block: &mut Vec<Stmt>, rng: &mut Choices) {
    if let Some(at) = some(block, rng) {
        block.remove(at);
    }
}

fn duplicate(block: &mut Vec<Stmt>, rng: &mut Choices) {
    if let Some(at) = some(block, rng) {
        let copy = block[at].clone();
        let to = rng.range(at, block.len() + 1);
        block.insert(to, copy);
    }
}

/// Moves a statement to another place, in the same block as often as not.
fn transfer(f: &mut Fun, from: usize, to: usize, rng: &mut Choices) {
    let mut moved = None;
    with_block(f, from, &mut |block, _| {
        if let Some(at) = some(block, rng) {
            moved = Some(block.remove(at));
        }
    });
    let Some(stmt) = moved else { return };
    let mut moved = Some(stmt);
    let to = if rng.chance(50) { from } else { to };
    with_block(f, to, &mut |block, _| {
        if let Some(stmt) = moved.take() {
            block.insert(rng.below(block.len() + 1), stmt);
        }
    });
    if let Some(stmt) = moved {
        f.body.push(stmt);
    }
}

/// The variables in a text: a letter and a number.
fn names(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_') {
            at += 1;
        }
        let word = &text[start..at];
        let mut chars = word.chars();
        if chars.next().is_some_and(|c| "pqtwsainrfc".contains(c))
            && word.len() > 1
            && chars.all(|c| c.is_ascii_digit())
        {
            found.push((start, word.to_owned()));
        }
        at = at.max(start + 1);
    }
    found
}

/// Takes another variable of the same kind, which another line of the block names, or nearly.
fn rename(block: &mut [Stmt], rng: &mut Choices) {
    let mut all: Vec<String> = Vec::new();
    for stmt in block.iter() {
        if let Stmt::Text(text) = stmt {
            all.extend(names(text).into_iter().map(|(_, name)| name));
        }
    }
    let lines: Vec<usize> = (0..block.len())
        .filter(|&i| matches!(&block[i], Stmt::Text(text) if !names(text).is_empty()))
        .collect();
    if lines.is_empty() {
        return;
    }
    let at = lines[rng.below(lines.len())];
    let Some(Stmt::Text(text)) = block.get_mut(at) else { return };
    let found = names(text);
    let (start, name) = &found[rng.below(found.len())];
    let letter = &name[..1];
    all.retain(|other| other.starts_with(letter) && other != name);
    let other = match all.len() {
        0 => {
            let number: u32 = name[1..].parse().unwrap_or(0);
            format!("{letter}{}", number.saturating_sub(rng.range(1, 4) as u32))
        }
        count => all[rng.below(count)].clone(),
    };
    text.replace_range(*start..start + name.len(), &other);
}

fn condition(block: &mut [Stmt], rng: &mut Choices) {
    let those: Vec<&mut String> = block.iter_mut().filter_map(condition_of).collect();
    let chosen = rng.below(those.len());
    let Some(text) = those.into_iter().nth(chosen) else { return };
    let swapped = [("==", "!="), ("!=", "=="), ("< ", "<= "), ("> 1", "> 2"), ("0 ==", "1 ==")];
    let able: Vec<_> = swapped.iter().filter(|(from, _)| text.contains(from)).collect();
    if let Some((from, to)) = able.get(rng.below(able.len().max(1))) {
        *text = text.replacen(from, to, 1);
    }
}

/// Takes the test away, or the way that is taken when it fails.
fn unwrap(block: &mut Vec<Stmt>, rng: &mut Choices) {
    let those: Vec<usize> =
        (0..block.len()).filter(|&i| matches!(block[i], Stmt::If(..) | Stmt::Block(_))).collect();
    if those.is_empty() {
        return;
    }
    let at = those[rng.below(those.len())];
    match &mut block[at] {
        Stmt::If(_, then, otherwise) => match rng.below(4) {
            0 if !otherwise.is_empty() => otherwise.clear(),
            1 if !otherwise.is_empty() => std::mem::swap(then, otherwise),
            2 => then.clear(),
            _ => {
                let inside = std::mem::take(then);
                block.splice(at..=at, inside);
            }
        },
        Stmt::Block(inside) => {
            let inside = std::mem::take(inside);
            block.splice(at..=at, inside);
        }
        _ => {}
    }
}

fn wrap(block: &mut [Stmt], rng: &mut Choices) {
    if let Some(at) = some(block, rng) {
        let site = rng.range(900, 1000);
        let inside = block[at].clone();
        block[at] = match rng.below(3) {
            0 => Stmt::Block(vec![inside]),
            1 => Stmt::Loop {
                init: vec![("k".into(), Ty::Int, raw("0"))],
                condition: Some(raw(&format!("k < 2 && ask({site}) != 0"))),
                post: Some(raw("++k")),
                body: vec![inside],
            },
            _ => Stmt::If(raw(&format!("ask({site}) == 1")), vec![inside], vec![]),
        };
    }
}

/// Defers a statement, or does a deferred one at once.
fn defer(block: &mut Vec<Stmt>, rng: &mut Choices) {
    let Some(at) = some(block, rng) else { return };
    match &mut block[at] {
        Stmt::Defer(inside) => {
            let inside = std::mem::take(inside);
            block.splice(at..=at, inside);
        }
        Stmt::Text(text) if !text.starts_with("let ") => {
            block[at] = Stmt::Defer(vec![block[at].clone()]);
        }
        _ => {}
    }
}

/// A way out that gives nothing back.
fn jump(block: &mut Vec<Stmt>, loops: u32, rng: &mut Choices) {
    let site = rng.range(900, 1000);
    let way = match rng.below(5) {
        0 => Stmt::Text("exit(4);".into()),
        1 | 2 if loops > 0 => Stmt::Break,
        3 if loops > 0 => Stmt::Continue,
        _ => {
            let last = block.iter().rev().find(|stmt| matches!(stmt, Stmt::Return(_)));
            last.cloned().unwrap_or(Stmt::Return(Some(raw("7"))))
        }
    };
    let at = rng.below(block.len() + 1);
    block.insert(at, Stmt::If(raw(&format!("ask({site}) == 1")), vec![way], vec![]));
}

/// The condition of an `if` or a loop.
fn condition_of(stmt: &mut Stmt) -> Option<&mut String> {
    let (Stmt::If(e, ..) | Stmt::Loop { condition: Some(e), .. }) = stmt else { return None };
    match &mut e.kind {
        Kind::Text(text) => Some(text),
        _ => None,
    }
}

/// Another use of a name: freed, its inside freed, set to null, stored in a global, read, made an alias.
fn weaken(block: &mut Vec<Stmt>, rng: &mut Choices) {
    let mut all: Vec<(usize, String)> = Vec::new();
    for (at, stmt) in block.iter().enumerate() {
        if let Stmt::Text(text) = stmt {
            all.extend(names(text).into_iter().map(|(_, name)| (at, name)));
        }
    }
    all.retain(|(_, name)| name.starts_with('p'));
    if all.is_empty() {
        return;
    }
    let (at, name) = all[rng.below(all.len())].clone();
    let other = all[rng.below(all.len())].1.clone();
    let text = match rng.below(10) {
        0 => format!("free({name});"),
        5..8 => format!("free(&{name}[1]);"),
        1 => format!("{name} = cast<*int>(0);"),
        2 => format!("g0 = {name};"),
        3 => format!("outputln(*{name});"),
        4 => format!("{name} = &{name}[1];"),
        _ => format!("{name} = {other};"),
    };
    block.insert(rng.range(at + 1, block.len() + 1), Stmt::Text(text));
}

/// A use of what a statement before has given away, perhaps.
fn late(block: &mut Vec<Stmt>, rng: &mut Choices) {
    let gives = |stmt: &Stmt| match stmt {
        Stmt::Text(text) => {
            let call = ["free(", "drop_", "consume"].iter().any(|word| text.starts_with(word));
            call.then(|| names(text).pop()).flatten().map(|(_, name)| name)
        }
        _ => None,
    };
    let all: Vec<(usize, String)> =
        block.iter().enumerate().filter_map(|(at, stmt)| Some((at, gives(stmt)?))).collect();
    let Some((at, name)) = rng.pick(&all) else { return };
    let text = match rng.below(3) {
        0 => format!("*{name} = 5;"),
        1 => format!("outputln({name}.value);"),
        _ => format!("outputln(*{name});"),
    };
    block.insert(rng.range(at + 1, block.len() + 1), Stmt::Text(text));
}

/// The address of a number of this function where a heap object should be.
fn address(f: &mut Fun, block: usize, rng: &mut Choices) {
    let params = f.head.split(['(', ',']).filter_map(|param| param.split_once(": int"));
    let mut all: Vec<String> = params.map(|(name, _)| name.trim().to_owned()).collect();
    with_block(f, block, &mut |block, _| {
        for stmt in block.iter() {
            if let Stmt::Text(text) = stmt
                && let Some((name, _)) =
                    text.strip_prefix("let ").and_then(|t| t.split_once(": int "))
            {
                all.push(name.to_owned());
            }
        }
        // Often a new one, so that functions without numbers have one, too.
        let known = rng.pick(&all).filter(|_| rng.chance(50));
        let name = known.unwrap_or_else(|| "z".to_owned());
        if name == "z" {
            block.insert(0, Stmt::Text("let z: int = 5;".to_owned()));
        }
        let given = block.iter_mut().find_map(|stmt| match stmt {
            Stmt::Return(Some(value)) => Some(value),
            _ => None,
        });
        match given.filter(|_| rng.chance(75)) {
            Some(value) => *value = raw(&format!("&{name}")),
            None => {
                let at = rng.range(1, block.len() + 1).min(block.len());
                block.insert(at, Stmt::Text(format!("g0 = &{name};")));
            }
        }
    });
}

fn attribute(f: &mut Fun, rng: &mut Choices) {
    let all = ["#takes_ownership", "#returns_ownership"];
    let chosen = all[rng.below(all.len())];
    let before = f.attributes.len();
    f.attributes.retain(|a| !a.starts_with(chosen));
    if f.attributes.len() == before && f.head.contains("fn (") && !f.head.contains("main") {
        f.attributes.push(chosen.to_owned());
    }
}
