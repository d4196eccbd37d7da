//! Keeps what every step did, for programs to read.

use std::collections::BTreeMap;
use std::io;

use serde_json::{Value, json};

use super::{Instrument, Ir, Outcome, StepInfo};

/// Keeps the level, hash and op counts after every step, what it counted and how long it took.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// What the first step started from.
    pub input: Option<Snapshot>,
    /// One for each step that ran or was skipped, in order.
    pub steps: Vec<StepRecord>,
}

/// What can be said of an IR in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Its level, as `--emit` calls it.
    pub level: &'static str,
    /// [`Ir::hash`].
    pub hash: u64,
    /// How many operations of each dialect it has.
    pub op_counts: BTreeMap<String, u64>,
}

/// One step that ran or was skipped.
#[derive(Clone, Debug)]
pub struct StepRecord {
    /// The step.
    pub step: StepInfo,
    /// The IR after the step.
    pub left: Snapshot,
    /// What is known of the run; `None` if it was skipped.
    pub outcome: Option<Outcome>,
}

impl Snapshot {
    fn of(ir: &dyn Ir) -> Self {
        Self { level: ir.level(), hash: ir.hash(), op_counts: ir.op_counts() }
    }

    /// The number of operations of all dialects.
    pub fn ops(&self) -> u64 {
        self.op_counts.values().sum()
    }

    /// As JSON: `level`, `hash` (16 hexadecimal digits), `ops` by dialect.
    pub fn to_json(&self) -> Value {
        let hash = format!("{:016x}", self.hash);
        json!({ "level": self.level, "hash": hash, "ops": self.op_counts })
    }
}

impl StepRecord {
    /// As JSON: the step, what it left, whether it changed that, its time and statistics.
    pub fn to_json(&self) -> Value {
        let mut value = json!({
            "number": self.step.number,
            "world": self.step.world.name(),
            "pass": self.step.name,
            "text": self.step.text,
            "after": self.left.to_json(),
            "skipped": self.outcome.is_none(),
        });
        if let (Some(outcome), Some(fields)) = (&self.outcome, value.as_object_mut()) {
            fields.insert("seconds".into(), outcome.time.as_secs_f64().into());
            fields.insert("changed".into(), outcome.changed.into());
            let counts = outcome.statistics.iter();
            let counts = counts.map(|one| (one.name.to_owned(), Value::from(one.value)));
            fields.insert("statistics".into(), Value::Object(counts.collect()));
        }
        value
    }
}

impl Record {
    /// The steps as JSON, in order, and what they started from.
    pub fn to_json(&self) -> Value {
        let steps: Vec<Value> = self.steps.iter().map(StepRecord::to_json).collect();
        json!({ "input": self.input.as_ref().map(Snapshot::to_json), "steps": steps })
    }

    /// The last snapshot at `level`.
    pub fn last_at(&self, level: &str) -> Option<&Snapshot> {
        let left = self.steps.iter().rev().map(|step| &step.left);
        left.chain(&self.input).find(|snapshot| snapshot.level == level)
    }

    /// The time of all steps, in seconds.
    pub fn seconds(&self) -> f64 {
        let outcomes = self.steps.iter().filter_map(|step| step.outcome.as_ref());
        outcomes.map(|outcome| outcome.time.as_secs_f64()).sum()
    }
}

impl Instrument for Record {
    fn before(&mut self, _: &StepInfo, ir: &dyn Ir) -> io::Result<()> {
        if self.input.is_none() {
            self.input = Some(Snapshot::of(ir));
        }
        Ok(())
    }

    fn after(&mut self, step: &StepInfo, ir: &dyn Ir, outcome: &Outcome) -> io::Result<()> {
        let (step, left) = (step.clone(), Snapshot::of(ir));
        self.steps.push(StepRecord { step, left, outcome: Some(outcome.clone()) });
        Ok(())
    }

    fn skipped(&mut self, step: &StepInfo, ir: &dyn Ir) -> io::Result<()> {
        let (step, left) = (step.clone(), Snapshot::of(ir));
        self.steps.push(StepRecord { step, left, outcome: None });
        Ok(())
    }
}
