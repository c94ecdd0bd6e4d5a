//! Claims and money, over the API of a running registry: filed, decided, paid, asked back.

mod desk;
mod monthly;
mod path;
mod races;
mod refusals;
