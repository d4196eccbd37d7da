//! Loops.

use super::body::Body;

impl Body<'_> {
    /// A loop of some form with statements in it.
    pub(super) fn each_loop(&mut self) {
        if self.loops >= 2 {
            return self.use_something();
        }
        // What the body does to objects of outside is undone by its end, but their other names
        // may be names of something else by then.
        for object in &mut self.state.owned {
            object.aliases.clear();
        }
        let before = self.state.clone();
        let counter = self.program.name("i");
        let bound = match self.program.below(3) {
            0 => self.program.ask(),
            _ => (1 + self.program.below(4)).to_string(),
        };
        let form = self.program.below(4);
        match form {
            0 | 1 => {
                self.line(&format!(
                    "loop [{counter}: int = 0]({counter} < {bound}) : (++{counter}) {{"
                ));
            }
            2 => {
                self.line(&format!("let {counter}: int = {bound};"));
                self.line(&format!("loop ({counter} > 0) {{"));
            }
            _ => {
                self.line(&format!("let {counter}: int = 0;"));
                self.line("loop {");
            }
        }
        let outer = (self.loop_depth, self.loops);
        self.loop_depth = self.depth + 1;
        self.loops += 1;
        let count = 1 + self.program.below(3);
        let early = self.program.chance(50);
        self.scope(true, |b| {
            match form {
                2 => b.line(&format!("{counter} = {counter} - 1;")),
                3 => {
                    b.line(&format!("{counter}++;"));
                    // A `continue` may skip the test at the end.
                    let bound = if early { &bound } else { "9" };
                    b.line(&format!("if ({counter} > {bound}) {{ break; }}"));
                }
                _ => {}
            }
            b.state.ints.push((counter.clone(), b.depth));
            b.statements(count);
            if form == 3 && !early && !b.state.ended {
                let condition = format!("{counter} > {bound}");
                b.when(&condition, |b| {
                    b.clean_up(b.loop_depth, &[]);
                    b.line("break;");
                    b.state.ended = true;
                });
            }
        });
        (self.loop_depth, self.loops) = outer;
        self.line("}");
        self.state = before;
        for slot in &mut self.state.slots {
            slot.is_null = false;
        }
    }
}
