//! Numbered places of a statement for values whose number is known only when it runs.

/// `$3, $4, $5`
pub fn places(from: usize, count: usize) -> String {
    (from..from + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// `($1, $2), ($3, $4)`, for several rows in one INSERT.
pub fn rows_of_places(rows: usize, columns: usize) -> String {
    let row = |row| format!("({})", places(row * columns + 1, columns));
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}
