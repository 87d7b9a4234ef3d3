//! Work units as a tree: a unit's path is written with ` / ` between its levels.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::central::registry::UnitLine;
use crate::central::report::levels;
use crate::lang::Lang;

/// Units on the page; the rest is in the numbers above it.
const MOST: usize = 30;

/// One unit, with everybody in it and below it.
#[derive(Default)]
struct Unit {
    people: i64,
    with_card: i64,
    below: BTreeMap<String, Unit>,
}

impl Unit {
    fn add(&mut self, path: &mut dyn Iterator<Item = &str>, line: &UnitLine) {
        self.people += line.people;
        self.with_card += line.with_card;
        if let Some(name) = path.next() {
            self.below.entry(name.to_owned()).or_default().add(path, line);
        }
    }

    /// Those below, with the most people without a card first.
    fn sorted(&self) -> Vec<(&String, &Unit)> {
        let mut units: Vec<_> = self.below.iter().collect();
        units.sort_by_key(|(_, unit)| std::cmp::Reverse(unit.people - unit.with_card));
        units
    }
}

pub fn tree(lines: &[UnitLine], lang: Lang) -> Markup {
    let mut top = Unit::default();
    for line in lines {
        let named = levels(&line.unit).next().is_some();
        let nameless = std::iter::once(lang.pick("(tanpa unit kerja)", "(no work unit)"));
        if named { top.add(&mut levels(&line.unit), line) } else { top.add(&mut nameless.into_iter(), line) }
    }
    let units = top.sorted();
    html! {
        ul.tree {
            li.head aria-hidden="true" {
                span { (lang.pick("Unit kerja", "Work unit")) }
                span.count { (lang.pick("Belum punya kartu", "No card yet")) }
            }
            @for (name, unit) in units.iter().take(MOST) { (branch(name, unit, lang)) }
        }
        @if units.len() > MOST {
            p.quiet { (units.len() - MOST) " " (lang.pick("unit lain tidak ditampilkan.", "more units are not shown.")) }
        }
    }
}

fn branch(name: &str, unit: &Unit, lang: Lang) -> Markup {
    let line = html! {
        span.unit { (name) }
        span.count { strong { (unit.people - unit.with_card) } " " (lang.pick("dari", "of")) " " (unit.people) }
    };
    html! {
        li {
            @if unit.below.is_empty() { div.leaf { (line) } } @else {
                details {
                    summary { (line) }
                    ul { @for (name, unit) in unit.sorted() { (branch(name, unit, lang)) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_counts_everybody_below_it() {
        let line = |unit: &str, people, with_card| UnitLine { unit: unit.into(), people, with_card };
        let lines = [
            line("Dinas A / Bidang 1 / Seksi x", 4, 1),
            line("Dinas A / Bidang 2", 3, 3),
            line("Dinas A", 1, 0),
            line("Dinas B & <b>", 9, 9),
            line("", 2, 1),
        ];
        let text = tree(&lines, Lang::Id).into_string();
        let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
        let a = at("Dinas A</span><span class=\"count\"><strong>4</strong> dari 8");
        assert!(a < at("Bidang 1</span><span class=\"count\"><strong>3</strong> dari 4"));
        assert!(at("Seksi x") < at("Bidang 2") && at("Bidang 2") < at("(tanpa unit kerja)"));
        assert!(at("Dinas B &amp; &lt;b&gt;") > a);
    }
}
