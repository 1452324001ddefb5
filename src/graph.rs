//! x
pub struct Graph;
