//! The columns in which every file names people: staff lists, class rosters, files of certificates. Each fills a
//! field of [`RawPerson`](crate::registry::people::RawPerson).

use crate::render::sheet::Column;
use crate::render::sheet::ColumnKind::{Choice, Date, Identifier, Text};
use crate::render::sheet::Presence::{Optional, Required};

pub const NAME: Column = Column::new("name", "姓名", "Name", Text, Required)
    .wide(14)
    .noted("与证件一致", "As in the identity document");

pub const DOCUMENT_NUMBER: Column =
    Column::new("document_number", "证件号码", "Document number", Identifier, Required)
        .wide(24)
        .noted("按文本填写；填成数字会丢失末几位", "Enter as text; as a number the last digits are lost");

pub const DOCUMENT_KIND: Column = Column::new(
    "document_kind",
    "证件类型",
    "Document kind",
    Choice {
        codes: &["resident-id", "passport", "hk-macao-permit", "taiwan-permit"],
        zh: &["居民身份证", "护照", "港澳居民来往内地通行证", "台湾居民来往大陆通行证"],
        en: &["Resident identity card", "Passport", "Hong Kong and Macao permit", "Taiwan permit"],
    },
    Optional,
)
.wide(24)
.noted("不填为居民身份证", "Resident identity card unless stated");

pub const GENDER: Column = Column::new(
    "gender",
    "性别",
    "Gender",
    Choice { codes: &["2", "1"], zh: &["女", "男"], en: &["Female", "Male"] },
    Optional,
)
.wide(8)
.noted(FROM_NUMBER.0, FROM_NUMBER.1);

pub const BIRTH_DATE: Column = Column::new("birth_date", "出生日期", "Date of birth", Date, Optional)
    .wide(14)
    .noted(FROM_NUMBER.0, FROM_NUMBER.1);

const FROM_NUMBER: (&str, &str) = (
    "居民身份证不必填，以号码为准；其他证件必填",
    "Follows from an identity card number; required with other documents",
);

pub const EDUCATION: Column = Column::new(
    "education",
    "学历",
    "Education",
    Choice {
        codes: &["10", "20", "30", "40", "60", "70", "80", "90"],
        zh: &["研究生", "本科", "专科", "中职", "高中", "初中", "小学", "其他"],
        en: &[
            "Postgraduate",
            "Bachelor",
            "Junior college",
            "Secondary vocational",
            "High school",
            "Middle school",
            "Primary school",
            "Other",
        ],
    },
    Optional,
)
.wide(12);

pub const PHONE: Column = Column::new("phone", "手机号码", "Phone", Identifier, Optional)
    .noted("手机，或带区号的固定电话", "A mobile, or a fixed line with its area code");

pub const EMAIL: Column = Column::new("email", "电子邮箱", "Email", Text, Optional).wide(24);

pub const HOME_AREA: Column =
    Column::new("home_area", "居住地区划代码", "Home area code", Identifier, Optional)
        .noted("如 330481101", "Such as 330481101");
