//! How our words are stored: one SQL type for each, spelled by each database in its own way.

use chrono::{DateTime, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow, Queryable};
use diesel::expression::AsExpression;
use diesel::internal::derives::as_expression::Bound;
use diesel::pg::Pg;
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{self, HasSqlType, Nullable, SingleValue, SqlType};
use diesel::sqlite::Sqlite;
use uuid::Uuid;

use crate::db::connection::MultiBackend;
use crate::kernel::ids::Id;

/// Teaches the pair of backends a SQL type that both know.
macro_rules! multi_sql_type {
    ($sql:ident) => {
        impl HasSqlType<$sql> for MultiBackend {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                MultiBackend::lookup_sql_type::<$sql>(lookup)
            }
        }
    };
}

/// Forwards a Rust type's conversions from the pair to the concrete backend.
macro_rules! multi_conversions {
    ([$($generics:tt)*] $rust:ty, $sql:ident) => {
        impl<$($generics)*> FromSql<$sql, MultiBackend> for $rust {
            fn from_sql(bytes: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                bytes.from_sql::<$rust, $sql>()
            }
        }
        impl<$($generics)*> ToSql<$sql, MultiBackend> for $rust {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value(($sql, self));
                Ok(IsNull::No)
            }
        }
    };
}

// ---- instants: timestamptz on PostgreSQL, fixed-width text in UTC on SQLite, so that text order is time order

#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Text"))]
pub struct Instant;

/// The stored form of a [`crate::kernel::dates::Timestamp`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Instant)]
pub struct At(pub DateTime<Utc>);

impl From<At> for DateTime<Utc> {
    fn from(at: At) -> Self {
        at.0
    }
}
impl ToSql<Instant, Pg> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <DateTime<Utc> as ToSql<sql_types::Timestamptz, Pg>>::to_sql(&self.0, out)
    }
}
impl FromSql<Instant, Pg> for At {
    fn from_sql(bytes: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <DateTime<Utc> as FromSql<sql_types::Timestamptz, Pg>>::from_sql(bytes).map(At)
    }
}
impl ToSql<Instant, Sqlite> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string());
        Ok(IsNull::No)
    }
}
impl FromSql<Instant, Sqlite> for At {
    fn from_sql(bytes: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<sql_types::Text, Sqlite>>::from_sql(bytes)?;
        Ok(At(DateTime::parse_from_rfc3339(&text)?.to_utc()))
    }
}
multi_sql_type!(Instant);
multi_conversions!([] At, Instant);

// ---- identifiers: uuid on PostgreSQL, a blob of 16 bytes on SQLite

#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct Identifier;

macro_rules! id_expressions {
    ($([$($generics:tt)*] $rust:ty => $sql:ty),+ $(,)?) => {
        $(impl<$($generics)*> AsExpression<$sql> for $rust {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        })+
    };
}
id_expressions! {
    [E] Id<E> => Identifier,
    [E] Id<E> => Nullable<Identifier>,
    ['a, E] &'a Id<E> => Identifier,
    ['a, E] &'a Id<E> => Nullable<Identifier>,
}

impl<E: 'static> ToSql<Nullable<Identifier>, MultiBackend> for Id<E> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        ToSql::<Identifier, MultiBackend>::to_sql(self, out)
    }
}
impl<E> ToSql<Nullable<Identifier>, Pg> for Id<E> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Identifier, Pg>::to_sql(self, out)
    }
}
impl<E> ToSql<Nullable<Identifier>, Sqlite> for Id<E> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        ToSql::<Identifier, Sqlite>::to_sql(self, out)
    }
}
impl<E, DB: Backend, ST: SingleValue> Queryable<ST, DB> for Id<E>
where
    Self: FromSql<ST, DB>,
{
    type Row = Self;
    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}
impl<E> ToSql<Identifier, Pg> for Id<E> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <Uuid as ToSql<sql_types::Uuid, Pg>>::to_sql(&self.uuid(), &mut out.reborrow())
    }
}
impl<E> FromSql<Identifier, Pg> for Id<E> {
    fn from_sql(bytes: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <Uuid as FromSql<sql_types::Uuid, Pg>>::from_sql(bytes).map(Self::from_uuid)
    }
}
impl<E> ToSql<Identifier, Sqlite> for Id<E> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.uuid().as_bytes().to_vec());
        Ok(IsNull::No)
    }
}
impl<E> FromSql<Identifier, Sqlite> for Id<E> {
    fn from_sql(bytes: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<sql_types::Binary, Sqlite>>::from_sql(bytes)?;
        Ok(Self::from_uuid(Uuid::from_slice(&bytes)?))
    }
}
multi_sql_type!(Identifier);
multi_conversions!([E: 'static] Id<E>, Identifier);

// ---- structured values: jsonb on PostgreSQL, JSON text on SQLite

#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 3802, array_oid = 3807))]
#[diesel(sqlite_type(name = "Text"))]
pub struct Structured;

#[derive(Debug, Clone, PartialEq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Structured)]
pub struct Json(pub serde_json::Value);

impl ToSql<Structured, Pg> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <serde_json::Value as ToSql<sql_types::Jsonb, Pg>>::to_sql(&self.0, out)
    }
}
impl FromSql<Structured, Pg> for Json {
    fn from_sql(bytes: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <serde_json::Value as FromSql<sql_types::Jsonb, Pg>>::from_sql(bytes).map(Json)
    }
}
impl ToSql<Structured, Sqlite> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.to_string());
        Ok(IsNull::No)
    }
}
impl FromSql<Structured, Sqlite> for Json {
    fn from_sql(bytes: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<sql_types::Text, Sqlite>>::from_sql(bytes)?;
        Ok(Json(serde_json::from_str(&text)?))
    }
}
multi_sql_type!(Structured);
multi_conversions!([] Json, Structured);

// ---- words kept as text

/// Lets types be stored as text by a pair of functions `fn(&T) -> &str` and `fn(&str) -> Option<T>`.
#[macro_export]
macro_rules! stored_as_text {
    ($($name:ty: $write:expr, $read:expr);+ $(;)?) => {
        $($crate::stored_as_text!(@one $name, $write, $read);)+
    };
    (@one $name:ty, $write:expr, $read:expr) => {
        const _: () = {
            use diesel::backend::Backend;
            use diesel::deserialize::{self, FromSql, Queryable};
            use diesel::expression::AsExpression;
            use diesel::internal::derives::as_expression::Bound;
            use diesel::serialize::{self, Output, ToSql};
            use diesel::sql_types::{Nullable, SingleValue, Text};

            impl AsExpression<Text> for $name {
                type Expression = Bound<Text, Self>;
                fn as_expression(self) -> Self::Expression {
                    Bound::new(self)
                }
            }
            impl<'a> AsExpression<Text> for &'a $name {
                type Expression = Bound<Text, &'a $name>;
                fn as_expression(self) -> Self::Expression {
                    Bound::new(self)
                }
            }
            impl AsExpression<Nullable<Text>> for $name {
                type Expression = Bound<Nullable<Text>, Self>;
                fn as_expression(self) -> Self::Expression {
                    Bound::new(self)
                }
            }
            impl<'a> AsExpression<Nullable<Text>> for &'a $name {
                type Expression = Bound<Nullable<Text>, &'a $name>;
                fn as_expression(self) -> Self::Expression {
                    Bound::new(self)
                }
            }
            impl<DB: Backend> ToSql<Text, DB> for $name
            where
                str: ToSql<Text, DB>,
            {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                    let write: fn(&$name) -> &str = $write;
                    <str as ToSql<Text, DB>>::to_sql(write(self), out)
                }
            }
            impl<DB: Backend> ToSql<Nullable<Text>, DB> for $name
            where
                str: ToSql<Text, DB>,
            {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                    <Self as ToSql<Text, DB>>::to_sql(self, out)
                }
            }
            impl<DB: Backend> FromSql<Text, DB> for $name
            where
                String: FromSql<Text, DB>,
            {
                fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                    let read: fn(&str) -> Option<$name> = $read;
                    let text = <String as FromSql<Text, DB>>::from_sql(bytes)?;
                    read(&text).ok_or_else(|| format!(concat!("not a ", stringify!($name), ": {}"), text).into())
                }
            }
            impl<DB: Backend, ST: SingleValue> Queryable<ST, DB> for $name
            where
                Self: FromSql<ST, DB>,
            {
                type Row = Self;
                fn build(row: Self) -> deserialize::Result<Self> {
                    Ok(row)
                }
            }
        };
    };
}

/// [`stored_as_text!`] for enumerations made by [`crate::codes!`].
#[macro_export]
macro_rules! stored_as_code {
    ($($name:ty),+ $(,)?) => {
        $crate::stored_as_text! {
            $($name: |value: &$name| $crate::kernel::codes::Code::code(*value),
                <$name as $crate::kernel::codes::Code>::from_code);+
        }
    };
}

mod kernel_words {
    use crate::kernel::area::AreaCode;
    use crate::kernel::certificate_number::{BodyCode, CertificateNumber};
    use crate::kernel::context::Role;
    use crate::kernel::credit_code::CreditCode;
    use crate::kernel::identity::DocumentKind;
    use crate::kernel::skill::{Education, ExamPart, Gender, Occupation, SkillLevel, Specialty};
    use crate::kernel::vocabulary::{
        AreaKind, Audience, Basis, FigureKind, Indicator, InstitutionKind, ModuleTheme, OrganisationKind,
    };

    stored_as_code!(Role, DocumentKind, Education, ExamPart, Gender, Occupation, SkillLevel, Specialty);
    stored_as_code!(
        AreaKind,
        Audience,
        Basis,
        FigureKind,
        Indicator,
        InstitutionKind,
        ModuleTheme,
        OrganisationKind
    );
    stored_as_text! {
        AreaCode: AreaCode::as_str, |text| text.parse().ok();
        BodyCode: BodyCode::as_str, |text| text.parse().ok();
        CertificateNumber: CertificateNumber::as_str, |text| text.parse().ok();
        CreditCode: CreditCode::as_str, |text| text.parse().ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text order has to be time order on SQLite, down to the microsecond.
    #[test]
    fn instants_as_text_sort_as_time() {
        let write = |text: &str| {
            let at: DateTime<Utc> = text.parse().expect("a time");
            at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
        };
        assert!(write("2026-11-21T00:00:00Z") < write("2026-11-21T00:00:00.000001Z"));
        assert_eq!(write("2026-11-21T08:00:00+08:00"), "2026-11-21T00:00:00.000000Z");
    }
}
