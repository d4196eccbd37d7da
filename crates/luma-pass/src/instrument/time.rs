//! Reports how long each step took.

use std::io;
use std::time::Duration;

use serde_json::json;

use super::{Format, Instrument, Ir, Outcome, Sink, StepInfo};

/// Reports the time of every step at the end, in order.
pub struct Time {
    format: Format,
    out: Sink,
    steps: Vec<(StepInfo, Duration)>,
}

impl Time {
    /// Reports to `out`.
    pub fn new(format: Format, out: Sink) -> Self {
        Self { format, out, steps: Vec::new() }
    }
}

impl Instrument for Time {
    fn after(&mut self, step: &StepInfo, _: &dyn Ir, outcome: &Outcome) -> io::Result<()> {
        self.steps.push((step.clone(), outcome.time));
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        let total: Duration = self.steps.iter().map(|(_, time)| *time).sum();
        if self.format == Format::Json {
            let steps: Vec<_> = self
                .steps
                .iter()
                .map(|(step, time)| {
                    json!({
                        "number": step.number,
                        "world": step.world.name(),
                        "pass": step.name,
                        "text": step.text,
                        "seconds": time.as_secs_f64(),
                    })
                })
                .collect();
            let report = json!({ "total_seconds": total.as_secs_f64(), "steps": steps });
            return writeln!(self.out, "{report}");
        }
        writeln!(self.out, "{:>5}  {:<5}  {:>10}  {:>6}  pass", "step", "world", "time", "share")?;
        for (step, time) in &self.steps {
            let share = 100.0 * time.as_secs_f64() / total.as_secs_f64().max(f64::MIN_POSITIVE);
            let (number, world, name) = (step.number, step.world, &step.name);
            let milliseconds = time.as_secs_f64() * 1e3;
            writeln!(
                self.out,
                "{number:>5}  {world:<5}  {milliseconds:>7.3} ms  {share:>5.1}%  {name}"
            )?;
        }
        let milliseconds = total.as_secs_f64() * 1e3;
        writeln!(self.out, "{:>5}  {:<5}  {milliseconds:>7.3} ms  100.0%  total", "", "")
    }
}
