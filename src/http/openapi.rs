//! The OpenAPI 3.1 document, made from the route table and from what each form asks for.

use actix_web::http::Method;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use crate::http::access::Access;
use crate::http::problem::ProblemDocument;
use crate::http::routes::{RouteSpec, table};
use crate::kernel::form::{Asked, Kind};

/// What the document says of a route.
#[derive(Debug, Clone, Copy)]
pub struct Described {
    pub summary: &'static str,
    pub fields: fn() -> Vec<Asked>,
    pub answer: Option<fn() -> Schemas>,
}

impl Default for Described {
    fn default() -> Self {
        Self { summary: "", fields: Vec::new, answer: None }
    }
}

/// A schema and the named ones that it refers to.
pub struct Schemas {
    schema: RefOr<Schema>,
    named: Vec<(String, RefOr<Schema>)>,
}

#[must_use]
pub fn schema_of<T: ToSchema>() -> Schemas {
    let mut named = Vec::new();
    T::schemas(&mut named);
    Schemas { schema: T::schema(), named }
}

/// The whole document.
#[must_use]
pub fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let mut schemas: Map<String, Value> = Map::new();
    let problem = schema_of::<ProblemDocument>();
    keep(&mut schemas, problem.named);
    schemas.insert("ProblemDocument".into(), json!(problem.schema));
    for route in table() {
        let Some(described) = route.described else { continue };
        let operation = operation(&route, described, &mut schemas);
        let path = paths.entry(route.path.replace(":.*", "")).or_insert_with(|| json!({}));
        path[route.method.as_str().to_lowercase()] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "护证 huzheng",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "养老护理员培训、考核、发证与核验。The registry that trains, examines and certifies \
                            elderly care workers.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" } },
        },
    })
}

fn keep(schemas: &mut Map<String, Value>, named: Vec<(String, RefOr<Schema>)>) {
    for (name, schema) in named {
        schemas.insert(name, json!(schema));
    }
}

fn operation(route: &RouteSpec, described: Described, schemas: &mut Map<String, Value>) -> Value {
    let fields = (described.fields)();
    let mut parameters: Vec<Value> = path_parameters(route.path);
    let mut operation = json!({
        "summary": described.summary,
        "operationId": format!("{} {}", route.method, route.path),
        "tags": [route.path.trim_start_matches("/api/v1/").split('/').next().unwrap_or_default()],
    });
    if route.method == Method::GET {
        parameters.extend(fields.iter().map(|asked| {
            json!({ "name": asked.name, "in": "query", "required": asked.required, "schema": kind(&asked.kind) })
        }));
    } else if !fields.is_empty() {
        let body =
            json!({ "required": true, "content": { "application/json": { "schema": object(&fields) } } });
        operation["requestBody"] = body;
    }
    operation["parameters"] = parameters.into();
    let answer = described.answer.map(|answer| {
        let answer = answer();
        keep(schemas, answer.named);
        json!({ "application/json": { "schema": answer.schema } })
    });
    let problem = json!({
        "description": "RFC 9457 problem",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/ProblemDocument" } } },
    });
    let mut success = json!({ "description": "as asked" });
    if let Some(content) = answer {
        success["content"] = content;
    }
    operation["responses"] = json!({ "2XX": success, "4XX": problem.clone(), "5XX": problem });
    if let Access::Roles(roles) = route.access {
        let names: Vec<_> = roles.iter().map(ToString::to_string).collect();
        operation["description"] = format!("Roles: {}.", names.join(", ")).into();
    }
    if route.access != Access::Public {
        operation["security"] = json!([{ "token": [] }]);
    }
    operation
}

fn path_parameters(path: &str) -> Vec<Value> {
    let named = path.split('{').skip(1).filter_map(|part| part.split('}').next());
    named
        .map(|name| {
            let name = name.split(':').next().unwrap_or(name);
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
        })
        .collect()
}

fn object(fields: &[Asked]) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|asked| (asked.name.to_owned(), kind(&asked.kind))).collect();
    let required: Vec<_> = fields.iter().filter(|asked| asked.required).map(|asked| asked.name).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn kind(kind: &Kind) -> Value {
    match kind {
        Kind::Text { max } => json!({ "type": "string", "maxLength": max }),
        Kind::Integer { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Date => json!({ "type": "string", "format": "date" }),
        Kind::Id => json!({ "type": "string", "format": "uuid" }),
        Kind::Codes(codes) => json!({ "type": "string", "enum": codes }),
        Kind::Special(format) => json!({ "type": "string", "format": format }),
        Kind::List(fields) => json!({ "type": "array", "items": object(fields) }),
    }
}
