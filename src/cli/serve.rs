use std::net::TcpListener;
use std::sync::Arc;

use clap::Args;

use crate::app::App;
use crate::cli::{Failure, demo, load_config, start_logging};
use crate::http::server;
use crate::jobs;

#[derive(Args)]
pub struct Serve {
    /// Fill an empty registry with the demonstration city, and allow its clock to be moved.
    #[arg(long)]
    demo: bool,
    /// Let the demonstration listen beyond this machine. Its passwords are no secret.
    #[arg(long, requires = "demo")]
    demo_beyond_loopback: bool,
}

pub fn run(args: &Serve) -> Result<(), Failure> {
    start_logging();
    let config = load_config()?;
    let app = if args.demo {
        if !config.listen.ip().is_loopback() && !args.demo_beyond_loopback {
            return Err(Failure::Usage("the demonstration listens on loopback only".to_owned()));
        }
        Arc::new(demo::start(config)?)
    } else {
        Arc::new(App::start_on_machine(config)?)
    };
    let listener = TcpListener::bind(app.config.listen)?;
    app.try_issuing_keys();
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let background = jobs::start(&app);
    let served = actix_web::rt::System::new().block_on(async {
        let server = server::start(Arc::clone(&app), listener, workers)?;
        tracing::info!(address = %app.config.listen, "serving");
        if args.demo {
            demo::greet(&app);
        }
        server.await
    });
    background.stop();
    Ok(served?)
}
