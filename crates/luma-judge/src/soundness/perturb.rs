//! Mistakes, as people make them: a statement is forgotten, written twice or somewhere else, a name
//! is the wrong one, a condition is turned round.

use super::tree::{Fun, Program, Stmt, each_block, line};

/// Makes one mistake; false if it came to nothing. The program may no longer be well-typed.
pub(super) fn mistake(program: &mut Program, rng: &mut fastrand::Rng) -> bool {
    let before = program.functions.clone();
    let chosen = if rng.u8(0..3) == 0 {
        program.functions.len() - 1
    } else {
        rng.usize(0..program.functions.len())
    };
    let Some(f) = program.functions.get_mut(chosen) else { return false };
    let blocks = count_blocks(f);
    let block = rng.usize(0..blocks);
    match rng.u32(0..22) {
        0..5 => with_block(f, block, &mut |b, _| delete(b, rng)),
        5 | 6 => with_block(f, block, &mut |b, _| duplicate(b, rng)),
        7 | 8 => transfer(f, block, rng.usize(0..blocks), rng),
        9..12 => with_block(f, block, &mut |b, _| rename(b, rng)),
        12 | 13 => with_block(f, block, &mut |b, _| condition(b, rng)),
        14 | 15 => with_block(f, block, &mut |b, _| unwrap(b, rng)),
        16 => with_block(f, block, &mut |b, _| wrap(b, rng)),
        17 => with_block(f, block, &mut |b, _| defer(b, rng)),
        18 | 19 => with_block(f, block, &mut |b, loops| jump(b, loops, rng)),
        20 => with_block(f, block, &mut |b, _| weaken(b, rng)),
        _ => attribute(f, rng),
    }
    before
        .iter()
        .zip(&program.functions)
        .any(|(a, b)| a.body != b.body || a.attributes != b.attributes)
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
fn some(block: &[Stmt], rng: &mut fastrand::Rng) -> Option<usize> {
    let matters = |stmt: &Stmt| match stmt {
        Stmt::Line(text) => {
            text.starts_with("free") || text.contains("cast<*int>(0)") || text.starts_with('p')
        }
        _ => true,
    };
    let those: Vec<usize> = (0..block.len()).filter(|&i| matters(&block[i])).collect();
    if those.is_empty() || rng.u8(0..4) == 0 {
        return (!block.is_empty()).then(|| rng.usize(0..block.len()));
    }
    Some(those[rng.usize(0..those.len())])
}

fn delete(block: &mut Vec<Stmt>, rng: &mut fastrand::Rng) {
    if let Some(at) = some(block, rng) {
        block.remove(at);
    }
}

fn duplicate(block: &mut Vec<Stmt>, rng: &mut fastrand::Rng) {
    if let Some(at) = some(block, rng) {
        let copy = block[at].clone();
        let to = rng.usize(at..=block.len());
        block.insert(to, copy);
    }
}

/// Moves a statement to another place, in the same block as often as not.
fn transfer(f: &mut Fun, from: usize, to: usize, rng: &mut fastrand::Rng) {
    let mut moved = None;
    with_block(f, from, &mut |block, _| {
        if let Some(at) = some(block, rng) {
            moved = Some(block.remove(at));
        }
    });
    let Some(stmt) = moved else { return };
    let mut moved = Some(stmt);
    let to = if rng.bool() { from } else { to };
    with_block(f, to, &mut |block, _| {
        if let Some(stmt) = moved.take() {
            block.insert(rng.usize(0..=block.len()), stmt);
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
        if chars.next().is_some_and(|c| "pntsaci".contains(c))
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
fn rename(block: &mut [Stmt], rng: &mut fastrand::Rng) {
    let mut all: Vec<String> = Vec::new();
    for stmt in block.iter() {
        if let Stmt::Line(text) = stmt {
            all.extend(names(text).into_iter().map(|(_, name)| name));
        }
    }
    let lines: Vec<usize> = (0..block.len())
        .filter(|&i| matches!(&block[i], Stmt::Line(text) if !names(text).is_empty()))
        .collect();
    if lines.is_empty() {
        return;
    }
    let at = lines[rng.usize(0..lines.len())];
    let Some(Stmt::Line(text)) = block.get_mut(at) else { return };
    let found = names(text);
    let (start, name) = &found[rng.usize(0..found.len())];
    let letter = &name[..1];
    all.retain(|other| other.starts_with(letter) && other != name);
    let other = match all.len() {
        0 => {
            let number: u32 = name[1..].parse().unwrap_or(0);
            format!("{letter}{}", number.saturating_sub(rng.u32(1..4)))
        }
        count => all[rng.usize(0..count)].clone(),
    };
    text.replace_range(*start..start + name.len(), &other);
}

fn condition(block: &mut [Stmt], rng: &mut fastrand::Rng) {
    let those: Vec<usize> =
        (0..block.len()).filter(|&i| matches!(block[i], Stmt::If(..) | Stmt::Loop(..))).collect();
    if those.is_empty() {
        return;
    }
    let at = those[rng.usize(0..those.len())];
    let Some(Stmt::If(text, ..) | Stmt::Loop(text, _)) = block.get_mut(at) else { return };
    let swapped = [("==", "!="), ("!=", "=="), ("< ", "<= "), ("> 1", "> 2"), ("0 ==", "1 ==")];
    let able: Vec<_> = swapped.iter().filter(|(from, _)| text.contains(from)).collect();
    if let Some((from, to)) = able.get(rng.usize(0..able.len().max(1))) {
        *text = text.replacen(from, to, 1);
    }
}

/// Takes the test away, or the way that is taken when it fails.
fn unwrap(block: &mut Vec<Stmt>, rng: &mut fastrand::Rng) {
    let those: Vec<usize> =
        (0..block.len()).filter(|&i| matches!(block[i], Stmt::If(..) | Stmt::Block(_))).collect();
    if those.is_empty() {
        return;
    }
    let at = those[rng.usize(0..those.len())];
    match &mut block[at] {
        Stmt::If(_, then, otherwise) => match rng.u8(0..4) {
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

fn wrap(block: &mut [Stmt], rng: &mut fastrand::Rng) {
    if let Some(at) = some(block, rng) {
        let site = rng.u32(900..1000);
        let inside = block[at].clone();
        block[at] = match rng.u8(0..3) {
            0 => Stmt::Block(vec![inside]),
            1 => Stmt::Loop(
                format!(" [k: int = 0](k < 2 && ask({site}) != 0) : (++k)"),
                vec![inside],
            ),
            _ => Stmt::If(format!("ask({site}) == 1"), vec![inside], vec![]),
        };
    }
}

/// Defers a statement, or does a deferred one at once.
fn defer(block: &mut Vec<Stmt>, rng: &mut fastrand::Rng) {
    let Some(at) = some(block, rng) else { return };
    match &mut block[at] {
        Stmt::Defer(inside) => {
            let inside = std::mem::take(inside);
            block.splice(at..=at, inside);
        }
        Stmt::Line(text) if !text.starts_with("let ") => {
            block[at] = Stmt::Defer(vec![block[at].clone()]);
        }
        _ => {}
    }
}

/// A way out that gives nothing back.
fn jump(block: &mut Vec<Stmt>, loops: u32, rng: &mut fastrand::Rng) {
    let site = rng.u32(900..1000);
    let way = match rng.u8(0..5) {
        0 => "exit(4);",
        1 | 2 if loops > 0 => "break;",
        3 if loops > 0 => "continue;",
        _ => block.iter().rev().find_map(returned).unwrap_or("return 7;"),
    };
    let way = line(way);
    let at = rng.usize(0..=block.len());
    block.insert(at, Stmt::If(format!("ask({site}) == 1"), vec![way], vec![]));
}

fn returned(stmt: &Stmt) -> Option<&str> {
    match stmt {
        Stmt::Line(text) if text.starts_with("return") => Some(text),
        _ => None,
    }
}

/// Another use of a name: freed, set to null, stored in a global, read, made an alias.
fn weaken(block: &mut Vec<Stmt>, rng: &mut fastrand::Rng) {
    let mut all: Vec<(usize, String)> = Vec::new();
    for (at, stmt) in block.iter().enumerate() {
        if let Stmt::Line(text) = stmt {
            all.extend(names(text).into_iter().map(|(_, name)| (at, name)));
        }
    }
    all.retain(|(_, name)| name.starts_with('p'));
    if all.is_empty() {
        return;
    }
    let (at, name) = all[rng.usize(0..all.len())].clone();
    let other = all[rng.usize(0..all.len())].1.clone();
    let text = match rng.u8(0..7) {
        0 => format!("free({name});"),
        1 => format!("{name} = cast<*int>(0);"),
        2 => format!("g0 = {name};"),
        3 => format!("outputln(*{name});"),
        4 => format!("{name} = &{name}[1];"),
        _ => format!("{name} = {other};"),
    };
    block.insert(rng.usize(at + 1..=block.len()), line(text));
}

fn attribute(f: &mut Fun, rng: &mut fastrand::Rng) {
    let all = ["#takes_ownership", "#returns_ownership"];
    let chosen = all[rng.usize(0..all.len())];
    let before = f.attributes.len();
    f.attributes.retain(|a| !a.starts_with(chosen));
    if f.attributes.len() == before && f.head.contains("fn (") && !f.head.contains("main") {
        f.attributes.push(chosen.to_owned());
    }
}
