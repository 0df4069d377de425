//! `steward man` and `steward completions`: what stands beside an installed program.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::Command;
use clap_complete::Shell;
use clap_mangen::{
    Man,
    roff::{Roff, bold, roman},
};

use crate::{
    base::{Error, Result},
    config::{SETTINGS, bare},
};

/// Print the manual page: all commands and all settings
///
/// `steward man | man -l -` reads it at once; `steward man --dir /usr/local/share/man/man1` installs a page for each
/// command.
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// Write one page for each command into this folder, which is made where it is missing.
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

/// Print what a shell needs to complete commands and options
///
/// For bash, for instance: `steward completions bash > /etc/bash_completion.d/steward`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell that is to read it.
    shell: Shell,
}

/// Prints the completions of a shell.
pub fn completions(mut program: Command, args: &CompletionsArgs) -> Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut program, "steward", &mut text);
    super::print(&text)
}

/// Prints one page, or writes many.
pub fn man(program: Command, args: &ManArgs) -> Result<()> {
    let program = program.disable_help_subcommand(true);
    let Some(folder) = &args.dir else { return super::print(&page(program).map_err(Error::internal)?) };
    let told = |error: io::Error| Error::internal(format!("{}: {error}", folder.display()));
    if folder.is_file() {
        return Err(Error::internal(format!("{} is a file; --dir takes a folder", folder.display())));
    }
    fs::create_dir_all(folder).map_err(told)?;
    let mut whole = program;
    whole.build();
    let count = pages(&whole, folder, true).map_err(told)?;
    println!("{count} pages are in {}", folder.display());
    Ok(())
}

/// A page for a command and for each below it; gives how many.
fn pages(command: &Command, folder: &Path, is_top: bool) -> io::Result<usize> {
    let man = Man::new(command.clone());
    let mut text = Vec::new();
    head(&man, &mut text)?;
    man.render_options_section(&mut text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    if is_top {
        settings(&mut text)?;
    }
    fs::write(folder.join(man.get_filename()), text)?;
    below(command).try_fold(1, |count, sub| Ok(count + pages(sub, folder, false)?))
}

/// Everything on one page.
fn page(program: Command) -> io::Result<Vec<u8>> {
    let man = Man::new(program.clone());
    let mut text = Vec::new();
    head(&man, &mut text)?;
    man.render_options_section(&mut text)?;
    let mut heading = Roff::new();
    heading.control("SH", ["COMMANDS"]);
    heading.to_writer(&mut text)?;
    // What every command has, the top has told.
    let mut plain = program.disable_help_flag(true).disable_version_flag(true);
    plain.build();
    sections(&plain, &mut text)?;
    settings(&mut text)?;
    man.render_version_section(&mut text)?;
    Ok(text)
}

fn head(man: &Man, text: &mut Vec<u8>) -> io::Result<()> {
    man.render_title(text)?;
    man.render_name_section(text)?;
    man.render_synopsis_section(text)?;
    man.render_description_section(text)
}

fn below(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|sub| !sub.is_hide_set())
}

/// One part for each command below this one.
fn sections(command: &Command, text: &mut Vec<u8>) -> io::Result<()> {
    for sub in below(command) {
        let man = Man::new(sub.clone());
        let mut heading = Roff::new();
        heading.control("SS", [sub.get_bin_name().unwrap_or_else(|| sub.get_name())]);
        heading.to_writer(text)?;
        inner(text, |part| man.render_synopsis_section(part))?;
        text.extend_from_slice(b".PP\n");
        inner(text, |part| man.render_description_section(part))?;
        inner(text, |part| man.render_options_section(part))?;
        sections(sub, text)?;
    }
    Ok(())
}

/// A section without its heading.
fn inner(text: &mut Vec<u8>, render: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
    let mut part = Vec::new();
    render(&mut part)?;
    let part = String::from_utf8(part).map_err(io::Error::other)?;
    let lines = part.lines().filter(|line| !line.starts_with(".SH "));
    text.extend(lines.flat_map(|line| [line, "\n"]).flat_map(str::bytes));
    Ok(())
}

fn settings(text: &mut Vec<u8>) -> io::Result<()> {
    let mut roff = Roff::new();
    roff.control("SH", ["SETTINGS"]);
    roff.text([roman("Environment variables. Each also as ..._FILE, naming a file that holds the value.")]);
    for setting in &SETTINGS {
        roff.control("TP", []);
        let usual = format!(" [default: {}]", bare(setting.usual));
        roff.text([bold(format!("STEWARD_{}", setting.name)), roman(usual)]);
        roff.text([roman(bare(setting.meaning))]);
    }
    roff.to_writer(text)
}
