//! Claims and money, over the API of a running registry: filed, decided, paid, asked back.

mod desk;
mod path;
mod races;
mod refusals;
