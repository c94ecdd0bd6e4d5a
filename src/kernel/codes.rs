//! Enumerations whose values are written down as short codes: in the database, in JSON, in forms.

/// A type whose every value has one stable text code.
pub trait Code: Copy + Eq + 'static {
    /// Every value, in the order in which people expect to see them listed.
    const ALL: &'static [Self];
    /// The name of the enumeration in translations, e.g. `class-state`.
    const NAME: &'static str;

    fn code(self) -> &'static str;

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.code() == code)
    }
}

/// Defines an enumeration with its codes:
/// `codes! { /// 性别 pub enum Gender("gender") { Unknown = "0", Male = "1" } }`.
#[macro_export]
macro_rules! codes {
    ($(#[$meta:meta])* $vis:vis enum $name:ident($label:literal) {
        $($(#[$variant_meta:meta])* $variant:ident = $code:literal),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $name { $($(#[$variant_meta])* $variant),+ }

        impl $crate::kernel::codes::Code for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            const NAME: &'static str = $label;
            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::kernel::codes::Code::code(*self))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::kernel::codes::Code::code(*self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                <Self as $crate::kernel::codes::Code>::from_code(&text).ok_or_else(|| {
                    serde::de::Error::custom(format_args!("unknown {} {text:?}", $label))
                })
            }
        }
    };
}
