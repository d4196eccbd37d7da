//! What all commands that compile and run a program are asked for.

use std::ffi::OsString;

use clap::Args;
use luma_driver::dialects::Dialects;
use luma_driver::extension::Registry;
use luma_driver::levels::Verify;
use luma_driver::options::{CodeArgs, PipelineArgs};

use crate::oracle::Job;

/// How a program is compiled and run.
#[derive(Args, Debug)]
pub struct ProgramArgs {
    /// Stop the program after N interpreter steps.
    #[arg(long, value_name = "N")]
    pub(crate) step_limit: Option<u64>,
    #[command(flatten)]
    pub(crate) code: CodeArgs,
    /// Which passes run.
    #[command(flatten)]
    pub pipeline: PipelineArgs,
    /// Arguments for the program.
    #[arg(last = true, value_name = "ARGS")]
    pub(crate) args: Vec<OsString>,
}

impl ProgramArgs {
    pub(crate) fn job<'a>(
        &'a self,
        registry: &'a Registry,
        dialects: &'a Dialects,
        verify_ownership: Option<Verify>,
    ) -> Job<'a> {
        let Self { code, pipeline, args, .. } = self;
        Job { registry, dialects, code, pipeline, verify_ownership, args }
    }
}
