//! Budgets that block: what is held, what is settled, and what is answered.

mod api;
