//! The results of a sweep as a table, CSV or JSON.

use std::collections::BTreeSet;
use std::process::ExitCode;

use luma_diagnostics::printable;
use serde_json::{Value, json};

use super::pipelines::Line;
use super::{Cell, LEVELS, Source, median, name};
use super::{SweepArgs, SweepFormat};
use crate::interp;
use luma_driver::emit;

/// Writes the report; see [`super::sweep`] for the exit code.
pub(super) fn write(
    args: &SweepArgs,
    lines: &[Line],
    sources: &[Source],
    cells: &[Vec<Cell>],
) -> ExitCode {
    let rows = rows(lines, sources, cells);
    let text = match args.format {
        SweepFormat::Json => json(&rows),
        SweepFormat::Csv => printable(&csv(&table(&rows, args.run))).into_owned(),
        SweepFormat::Table => printable(&aligned(&table(&rows, args.run))).into_owned(),
    };
    let written = match &args.output {
        Some(path) => match luma_process::write_file(path, text.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                luma_driver::report::error(&error.to_string());
                ExitCode::FAILURE
            }
        },
        None => emit::to_stdout(text.as_bytes()),
    };
    let bad = |row: &Row<'_>| row.cell.error.is_some() || row.output == Some("differs");
    if rows.iter().any(bad) { ExitCode::FAILURE } else { written }
}

struct Row<'a> {
    program: String,
    pipeline: &'a str,
    cell: &'a Cell,
    /// `reference`, `same`, `differs`: what the program does, against the first pipeline that
    /// gives a program.
    output: Option<&'static str>,
}

fn rows<'a>(lines: &'a [Line], sources: &[Source], cells: &'a [Vec<Cell>]) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for (source, row) in sources.iter().zip(cells) {
        let reference = row.iter().position(|cell| cell.did.is_some());
        for (index, (line, cell)) in lines.iter().zip(row).enumerate() {
            let expected = reference.and_then(|at| row[at].did.as_ref());
            let output = match (&cell.did, expected) {
                (Some(_), Some(_)) if Some(index) == reference => Some("reference"),
                (Some(did), Some(expected)) => {
                    let same = interp::same_output(&did.stdout, &expected.stdout)
                        && did.code == expected.code;
                    Some(if same { "same" } else { "differs" })
                }
                _ => None,
            };
            rows.push(Row { program: name(&source.path), pipeline: &line.name, cell, output });
        }
    }
    rows
}

/// The rows as text, a heading first.
fn table(rows: &[Row<'_>], run: bool) -> Vec<Vec<String>> {
    // In the order of the levels, then of the names.
    let all: BTreeSet<&String> = rows.iter().flat_map(|row| row.cell.ops.keys()).collect();
    let mut columns: Vec<&String> = Vec::new();
    for level in LEVELS {
        let of_level = |key: &&String| key.split(':').next() == Some(level);
        columns.extend(all.iter().copied().filter(of_level));
    }
    let mut heading: Vec<String> =
        ["program", "pipeline", "status", "compile-ms", "object-bytes"].map(str::to_owned).into();
    if run {
        heading.extend(["run-ms", "output", "exit"].map(str::to_owned));
    }
    heading.extend(columns.iter().map(|column| (*column).clone()));
    let mut table = vec![heading];
    for row in rows {
        let cell = row.cell;
        let time = |times| median(times).map_or(String::new(), |ms| format!("{ms:.3}"));
        let status = cell.error.clone().unwrap_or_else(|| "ok".to_owned());
        let size = if cell.error.is_none() { cell.object_bytes.to_string() } else { String::new() };
        let mut line =
            vec![row.program.clone(), row.pipeline.to_owned(), status, time(&cell.compile), size];
        if run {
            let exit = cell.did.as_ref().map_or(String::new(), |did| did.code.to_string());
            line.extend([time(&cell.run), row.output.unwrap_or("").to_owned(), exit]);
        }
        let counts = columns.iter().map(|&column| cell.ops.get(column));
        line.extend(counts.map(|count| count.map_or(String::new(), u64::to_string)));
        table.push(line);
    }
    table
}

fn csv(table: &[Vec<String>]) -> String {
    let quoted = |field: &String| match field.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field.clone(),
    };
    let line = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n";
    table.iter().map(line).collect()
}

/// Numbers to the right, names to the left.
fn aligned(table: &[Vec<String>]) -> String {
    let columns = table.first().map_or(0, Vec::len);
    let width = |column: usize| {
        table.iter().filter_map(|row| Some(row.get(column)?.chars().count())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in table {
        let mut line = String::new();
        for (index, (field, width)) in row.iter().zip(&widths).enumerate() {
            let number = field.parse::<f64>().is_ok() || index > 2;
            let padding = " ".repeat(width.saturating_sub(field.chars().count()));
            if index > 0 {
                line += "  ";
            }
            line += &if number { padding + field } else { field.clone() + &padding };
        }
        out += line.trim_end();
        out.push('\n');
    }
    out
}

fn json(rows: &[Row<'_>]) -> String {
    let milliseconds = |times: &[std::time::Duration]| -> Vec<f64> {
        times.iter().map(|time| time.as_secs_f64() * 1e3).collect()
    };
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            let cell = row.cell;
            json!({
                "program": row.program,
                "pipeline": row.pipeline,
                "error": cell.error,
                "ops": cell.ops,
                "compile_ms": median(&cell.compile),
                "compile_ms_all": milliseconds(&cell.compile),
                "object_bytes": cell.object_bytes,
                "run_ms": median(&cell.run),
                "run_ms_all": milliseconds(&cell.run),
                "exit": cell.did.as_ref().map(|did| did.code),
                "output": row.output,
            })
        })
        .collect();
    format!("{:#}\n", json!({ "version": 1, "cells": rows }))
}
