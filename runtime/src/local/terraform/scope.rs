//! What the values of Terraform files may refer to here: defaults of variables, locals, paths, and a few functions.

use std::fs;
use std::path::Path;

use hcl::eval::{Context, Evaluate as _, FuncArgs, FuncDef, ParamType};
use hcl::expr::{Operation, TraversalOperator};
use hcl::{Body, Expression, Structure, Value};

/// The scope of files that belong together. What cannot be worked out is missing in it.
pub(super) fn context<'b>(bodies: impl Iterator<Item = &'b Body> + Clone) -> Context<'static> {
    let mut context = Context::new();
    // A second argument names the folder: see `name_folder`.
    context.declare_func("file", FuncDef::new(read_file, [ParamType::String, ParamType::String]));
    context.declare_func("jsonencode", FuncDef::new(encode_json, [ParamType::Any]));
    context.declare_func("jsondecode", FuncDef::new(decode_json, [ParamType::String]));
    context.declare_func("merge", FuncDef::builder().variadic_param(ParamType::Any).build(merge));
    // Files are read from the folder of the module, which is the root of it.
    context.declare_var("path", Value::from_iter([("module", "."), ("root", ".")]));
    context.declare_var("var", variables(bodies.clone()));
    declare_locals(&mut context, bodies);
    context
}

fn variables<'b>(bodies: impl Iterator<Item = &'b Body>) -> Value {
    let mut variables = hcl::Map::new();
    for block in bodies.flat_map(Body::blocks).filter(|block| block.identifier() == "variable") {
        let default = block.body().attributes().find(|attribute| attribute.key() == "default");
        let default = default.and_then(|attribute| attribute.expr().evaluate(&Context::new()).ok());
        if let (Some(label), Some(default)) = (block.labels().first(), default) {
            variables.insert(label.as_str().to_owned(), default);
        }
    }
    Value::Object(variables)
}

/// Locals may refer to each other in any order: those that can be worked out are, until no more can.
fn declare_locals<'b>(context: &mut Context<'_>, bodies: impl Iterator<Item = &'b Body>) {
    let blocks = bodies.flat_map(Body::blocks).filter(|block| block.identifier() == "locals");
    let mut open: Vec<_> = blocks.flat_map(|block| block.body().attributes()).collect();
    let mut locals = hcl::Map::new();
    loop {
        context.declare_var("local", Value::Object(locals.clone()));
        let before = open.len();
        open.retain(|local| match local.expr().evaluate(context) {
            Ok(value) => {
                locals.insert(local.key().to_owned(), value);
                false
            }
            Err(_) => true,
        });
        if open.len() == before {
            return;
        }
    }
}

/// Gives each call of `file` the folder that its path begins at, which a function cannot know by itself.
pub(super) fn name_folder(body: &mut Body, folder: &Path) {
    let folder = Expression::String(folder.to_string_lossy().into_owned());
    name_in_body(body, &folder);
}

fn name_in_body(body: &mut Body, folder: &Expression) {
    for structure in body.iter_mut() {
        match structure {
            Structure::Attribute(attribute) => name_in(&mut attribute.expr, folder),
            Structure::Block(block) => name_in_body(&mut block.body, folder),
        }
    }
}

/// Templates are left as they are: a file is rarely named inside of a string.
fn name_in(expression: &mut Expression, folder: &Expression) {
    match expression {
        Expression::Array(items) => items.iter_mut().for_each(|item| name_in(item, folder)),
        // No key is the name of a file.
        Expression::Object(members) => members.iter_mut().for_each(|(_, value)| name_in(value, folder)),
        Expression::Parenthesis(inner) => name_in(inner, folder),
        Expression::Conditional(conditional) => {
            name_in(&mut conditional.cond_expr, folder);
            name_in(&mut conditional.true_expr, folder);
            name_in(&mut conditional.false_expr, folder);
        }
        Expression::Operation(operation) => match &mut **operation {
            Operation::Unary(unary) => name_in(&mut unary.expr, folder),
            Operation::Binary(binary) => {
                name_in(&mut binary.lhs_expr, folder);
                name_in(&mut binary.rhs_expr, folder);
            }
        },
        Expression::Traversal(traversal) => {
            name_in(&mut traversal.expr, folder);
            for operator in &mut traversal.operators {
                if let TraversalOperator::Index(index) = operator {
                    name_in(index, folder);
                }
            }
        }
        Expression::ForExpr(each) => {
            name_in(&mut each.collection_expr, folder);
            name_in(&mut each.value_expr, folder);
        }
        Expression::FuncCall(call) => {
            call.args.iter_mut().for_each(|argument| name_in(argument, folder));
            if call.name.namespace.is_empty() && call.name.name.as_str() == "file" && call.args.len() == 1 {
                call.args.push(folder.clone());
            }
        }
        _ => {}
    }
}

#[allow(clippy::needless_pass_by_value, reason = "hcl calls functions so")]
fn read_file(arguments: FuncArgs) -> Result<Value, String> {
    let [Value::String(path), Value::String(folder)] = arguments.as_slice() else {
        return Err("a path is expected".to_owned());
    };
    let path = Path::new(folder).join(path);
    fs::read_to_string(&path).map(Value::String).map_err(|error| format!("reading {}: {error}", path.display()))
}

#[allow(clippy::needless_pass_by_value, reason = "hcl calls functions so")]
fn encode_json(arguments: FuncArgs) -> Result<Value, String> {
    let value = arguments.first().ok_or("a value is expected")?;
    serde_json::to_string(value).map(Value::String).map_err(|error| error.to_string())
}

#[allow(clippy::needless_pass_by_value, reason = "hcl calls functions so")]
fn decode_json(arguments: FuncArgs) -> Result<Value, String> {
    let Some(Value::String(text)) = arguments.first() else { return Err("a text is expected".to_owned()) };
    serde_json::from_str(text).map_err(|error| format!("the text is not JSON: {error}"))
}

fn merge(arguments: FuncArgs) -> Result<Value, String> {
    let mut merged = hcl::Map::new();
    for argument in arguments.into_values() {
        match argument {
            Value::Object(members) => merged.extend(members),
            Value::Null => {}
            other => return Err(format!("{other} is not a map")),
        }
    }
    Ok(Value::Object(merged))
}
