//! 透明日志: what is to stand in the transparency log, written in the transaction that it comes from. The publisher
//! gives every row its index, in the order of the rows.

pub mod store;
