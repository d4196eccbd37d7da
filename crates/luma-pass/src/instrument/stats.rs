//! Reports what passes counted.

use std::io;

use serde_json::{Map, Value, json};

use super::{Count, Format, Instrument, Ir, Outcome, Sink, StepInfo};

/// Reports the statistics of every step whose pass declares some, at the end, in order.
pub struct Stats {
    format: Format,
    out: Sink,
    steps: Vec<(StepInfo, Vec<Count>)>,
}

impl Stats {
    /// Reports to `out`.
    pub fn new(format: Format, out: Sink) -> Self {
        Self { format, out, steps: Vec::new() }
    }
}

impl Instrument for Stats {
    fn after(&mut self, step: &StepInfo, _: &dyn Ir, outcome: &Outcome) -> io::Result<()> {
        if !outcome.statistics.is_empty() {
            self.steps.push((step.clone(), outcome.statistics.clone()));
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        if self.format == Format::Json {
            let step = |(step, counts): &(StepInfo, Vec<Count>)| {
                let counts: Map<String, Value> =
                    counts.iter().map(|one| (one.name.to_owned(), one.value.into())).collect();
                json!({ "number": step.number, "pass": step.name, "statistics": counts })
            };
            let steps: Vec<Value> = self.steps.iter().map(step).collect();
            return writeln!(self.out, "{}", json!({ "steps": steps }));
        }
        writeln!(self.out, "{:>5}  {:>10}  statistic", "step", "count")?;
        for (step, counts) in &self.steps {
            for Count { name, summary, value } in counts {
                let (number, pass) = (step.number, &step.name);
                writeln!(self.out, "{number:>5}  {value:>10}  {pass}.{name}: {summary}")?;
            }
        }
        Ok(())
    }
}
