use crate::app::App;
use crate::cli::{Failure, Output, load_config};
use crate::db::{Database, DbError, migrations};
use crate::flows;
use crate::http::problem::Problem;
use crate::kernel::context::Origin;

pub fn migrate(output: Output) -> Result<(), Failure> {
    let config = load_config()?;
    std::fs::create_dir_all(&config.data_dir)?;
    let failed = |error: &dyn std::fmt::Display| Failure::Failed(error.to_string());
    let database = Database::open(&config.database_url()?, 1).map_err(|e| failed(&e))?;
    let run = database
        .read(|conn| Ok::<_, DbError>(migrations::run(conn)))
        .map_err(|e| failed(&e))?
        .map_err(|e| failed(&e))?;
    match output {
        Output::Json => println!("{}", serde_json::json!({ "migrations": run })),
        Output::Words if run.is_empty() => println!("the tables are up to date"),
        Output::Words => println!("run: {}", run.join(", ")),
    }
    Ok(())
}

pub fn seed(output: Output) -> Result<(), Failure> {
    let app = App::start_on_machine(load_config()?)?;
    let context = app.context(None, Origin::CommandLine);
    let seeded =
        app.database.write(|tx| flows::seed::seed(tx, &context, &app.seeds)).map_err(Problem::from)?;
    match output {
        Output::Json => {
            println!("{}", serde_json::json!({ "areas": seeded.areas, "populations": seeded.populations }));
        }
        Output::Words => println!("{} areas, {} new population figures", seeded.areas, seeded.populations),
    }
    Ok(())
}
