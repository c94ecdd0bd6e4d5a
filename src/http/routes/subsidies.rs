//! Schemes, claims and the money.

use super::who::{
    BUDGET_READERS, BUREAU, CLAIM_DECIDERS, CLAIM_READERS, CLAIM_REVIEWERS, CLAIM_STEPPERS, CLAIMANTS,
    EMPLOYERS, FINANCE, HOLDERS, PAYEE_ORGANISATIONS, PAYEES, PUBLIC, REVIEWER, SIGNED_IN, STATEMENT_READERS,
    TOWN,
};
use super::{RouteSpec, get, post};
use crate::flows::claim_submit::ClaimCall;
use crate::http::{api, pages};
use crate::registry::ledger::{BudgetChange, NewBudget};
use crate::registry::schemes::entry::{Entry, LastDay};
use crate::registry::subsidies::{BatchCall, ClawbackCall, NewBankAccount, NewReceipt, NewReturn, Reason};

pub(super) fn routes() -> Vec<RouteSpec> {
    [schemes(), statements(), budgets(), claims(), subsidy_pages(), payments()]
        .into_iter()
        .flatten()
        .collect()
}

fn schemes() -> Vec<RouteSpec> {
    use api::schemes::{SchemeView, SchemesView};
    vec![
        get("/api/v1/schemes", SIGNED_IN, api::schemes::scheme_list)
            .says("Every version of every subsidy scheme, drafts among them.")
            .gives::<SchemesView>(),
        get("/api/v1/schemes/{id}", SIGNED_IN, api::schemes::scheme_get)
            .says("A version with its conditions, its amount and the document that it rests on.")
            .gives::<SchemeView>(),
        post("/api/v1/schemes", BUREAU, api::schemes::scheme_save)
            .says("Saves the draft of a scheme's next version, given in TOML, in place of the draft before.")
            .takes::<Entry>()
            .gives::<SchemeView>(),
        post("/api/v1/schemes/{id}/in-force", BUREAU, api::schemes::scheme_put_in_force)
            .says("Puts a draft in force, by another person than drafted it. From then on it never changes.")
            .gives::<SchemeView>(),
        post("/api/v1/schemes/{id}/trial", BUREAU, api::schemes::scheme_trial)
            .says(
                "What a version, a draft too, would have paid for a month that is over; nothing is written.",
            )
            .takes::<api::statements::RunCall>()
            .gives::<api::schemes::TrialView>(),
        post("/api/v1/schemes/{id}/end", BUREAU, api::schemes::scheme_end)
            .says("Sets the last day of a version in force, by another person than drafted it, so that another can follow.")
            .takes::<LastDay>()
            .gives::<SchemeView>(),
        get("/schemes", SIGNED_IN, pages::schemes::list),
        get("/schemes/new", BUREAU, pages::schemes::draft::new),
        post("/schemes/new", BUREAU, pages::schemes::draft::submit),
        get("/schemes/new/file", BUREAU, pages::schemes::draft::file),
        post("/schemes/new/file", BUREAU, pages::schemes::draft::file_submit),
        get("/schemes/{id}", SIGNED_IN, pages::schemes::detail),
        post("/schemes/{id}/in-force", BUREAU, pages::schemes::put_in_force),
        post("/schemes/{id}/trial", BUREAU, pages::schemes::trial),
        post("/schemes/{id}/end", BUREAU, pages::schemes::end),
    ]
}

fn statements() -> Vec<RouteSpec> {
    use api::statements::{self, RunCall, RunView, StatementsImportView};
    vec![
        post("/api/v1/statements-import", EMPLOYERS, statements::statements_import_file)
            .says("Takes what an .xlsx or CSV file tells of people, all rows or none; with `check=true` only checks it.")
            .gives::<StatementsImportView>(),
        get("/api/v1/statements-template.xlsx", EMPLOYERS, statements::statements_template)
            .says("A workbook to fill in, with what the caller may tell."),
        get("/api/v1/people/{id}/facts", CLAIM_READERS, statements::person_facts)
            .says("What is known of a person that a scheme may ask for, each fact with its source."),
        post("/api/v1/monthly-runs", BUREAU, statements::run)
            .says("Proposes what is due of a month that is over, as drafts of claims; run again, it goes on.")
            .takes::<RunCall>()
            .gives::<RunView>(),
        get("/statements", EMPLOYERS, pages::statements::import),
        post("/statements", EMPLOYERS, pages::statements::import_submit),
        get("/statements/template.xlsx", EMPLOYERS, statements::statements_template),
        get("/monthly-run", BUREAU, pages::statements::run),
        post("/monthly-run", BUREAU, pages::statements::run_submit),
    ]
}

fn budgets() -> Vec<RouteSpec> {
    use api::subsidies::budgets::{self, BalanceView, BudgetQuery, BudgetView, PostingView};
    use api::subsidies::statements::{budget_statement, budget_statement_pdf};
    vec![
        get("/api/v1/budgets", BUDGET_READERS, budgets::budget_list)
            .says("What each scheme may spend in each year, and where that money is; amounts in fen.")
            .takes::<BudgetQuery>()
            .gives::<Vec<BudgetView>>(),
        post("/api/v1/budgets", FINANCE, budgets::budget_set)
            .says("Sets a scheme's budget of a year.")
            .takes::<NewBudget>()
            .gives::<BudgetView>(),
        get("/api/v1/budgets/{id}.xlsx", BUDGET_READERS, budget_statement)
            .says("The postings of a budget, the oldest first, in yuan."),
        get("/api/v1/budgets/{id}.pdf", BUDGET_READERS, budget_statement_pdf)
            .says("The same as a PDF, with the balances."),
        get("/api/v1/budgets/{id}", BUDGET_READERS, budgets::budget_get)
            .says("One budget.")
            .gives::<BudgetView>(),
        post("/api/v1/budgets/{id}/change", FINANCE, budgets::budget_change)
            .says("Raises a budget, or lowers it to what is spoken for at least; needs If-Match.")
            .takes::<BudgetChange>()
            .gives::<BudgetView>(),
        get("/api/v1/budgets/{id}/postings", BUDGET_READERS, budgets::posting_list)
            .says("The postings of a budget, the newest first, page by page.")
            .takes::<api::recorded::PageQuery>()
            .gives::<Vec<PostingView>>(),
        get("/api/v1/ledger/balance", BUDGET_READERS, budgets::balance)
            .says("Whether every balance is the sum of its postings, and of the claims and clawbacks behind them.")
            .gives::<BalanceView>(),
    ]
}

fn claims() -> Vec<RouteSpec> {
    use api::subsidies::claims::{self, ClaimDetailView, ClaimQuery, ClaimView, Resolution};
    use api::subsidies::notices::{PublicClaimView, notice_list};
    vec![
        get("/api/v1/subsidy-notices", PUBLIC, notice_list)
            .says("公示: approved claims whose notice runs, with masked names; for anybody.")
            .takes::<api::recorded::PageQuery>()
            .gives::<Vec<PublicClaimView>>(),
        get("/api/v1/claims", CLAIM_READERS, claims::claim_list)
            .says("The claims that the caller may know of, the newest first.")
            .takes::<ClaimQuery>()
            .gives::<Vec<ClaimView>>(),
        post("/api/v1/claims", CLAIMANTS, claims::claim_create)
            .says(
                "Claims one part of a scheme, by what is known today; with `draft` it is kept, with `for_review` it is \
                 submitted although nothing is due by what is known.",
            )
            .takes::<ClaimCall>()
            .gives::<ClaimView>(),
        post("/api/v1/claim-assessments", CLAIMANTS, claims::claim_foresee)
            .says("What a claim would come to, condition by condition; nothing is written.")
            .takes::<ClaimCall>()
            .gives::<serde_json::Value>(),
        get("/api/v1/claims/{id}", CLAIM_READERS, claims::claim_get)
            .says("One claim with its frozen facts, its assessment and its history.")
            .gives::<ClaimDetailView>(),
        post("/api/v1/claims/{id}/submit", CLAIMANTS, claims::claim_submit_draft)
            .says("Submits a draft by what is known today; needs If-Match, as every step does.")
            .gives::<ClaimView>(),
        post("/api/v1/claims/{id}/withdraw", CLAIMANTS, claims::claim_withdraw)
            .says("Takes a claim back within ten minutes.")
            .takes::<Reason>()
            .gives::<ClaimView>(),
        post("/api/v1/claims/{id}/review", TOWN, claims::claim_review)
            .says("The town's review, where the scheme asks for it.")
            .takes::<Reason>()
            .gives::<ClaimView>(),
        post("/api/v1/claims/{id}/reassess", REVIEWER, claims::claim_reassess)
            .says("Assesses a claim again by what is known today, and freezes that.")
            .takes::<Reason>()
            .gives::<ClaimView>(),
        post("/api/v1/claims/{id}/approve", REVIEWER, claims::claim_approve)
            .says("Approves a claim; where the amount asks for two persons, the first is answered 202.")
            .takes::<Reason>()
            .gives::<ClaimView>(),
        post("/api/v1/claims/{id}/refuse", CLAIM_REVIEWERS, claims::claim_refuse)
            .says("Turns a claim down.")
            .takes::<Reason>()
            .gives::<ClaimView>(),
        post("/api/v1/claims/{id}/object", CLAIM_REVIEWERS, claims::claim_object)
            .says("Notes an objection to a claim in public, whose notice stands still until it is decided.")
            .takes::<Reason>()
            .gives::<ClaimView>(),
        post("/api/v1/claims/{id}/resolve", REVIEWER, claims::claim_resolve)
            .says("Decides on an objection; another person than who noted it.")
            .takes::<Resolution>()
            .gives::<ClaimView>(),
        post("/api/v1/claims/{id}/appeal", CLAIMANTS, claims::claim_appeal)
            .says("Appeals against a refusal, once, within the days that the scheme gives.")
            .takes::<Reason>()
            .gives::<ClaimView>(),
        post("/api/v1/claims/{id}/decide-appeal", REVIEWER, claims::appeal_decide)
            .says("Decides on an appeal; another person than who refused. Upheld, the claim is decided on anew.")
            .takes::<Resolution>()
            .gives::<ClaimView>(),
        post("/api/v1/claims/{id}/stop", REVIEWER, claims::claim_stop)
            .says("Stops a claim that was not paid; what was promised is free again.")
            .takes::<Reason>()
            .gives::<ClaimView>(),
    ]
}

/// The pages on which people claim, decide and pay.
fn subsidy_pages() -> Vec<RouteSpec> {
    use api::subsidies::statements::{
        budget_statement, budget_statement_pdf, person_statement, person_statement_pdf,
    };
    use pages::subsidies::{
        account, batches, budgets, claim, claims, clawbacks, decide, filing, mine, notices, returns,
    };
    vec![
        get("/subsidy-notices", PUBLIC, notices::list),
        get("/claims", CLAIM_READERS, claims::list),
        post("/claims", CLAIMANTS, filing::submit),
        // The words first: `{id}` would take them too.
        post("/claims/step", CLAIM_STEPPERS, claims::step_many),
        get("/claims/new", CLAIMANTS, filing::form),
        get("/claims/options", CLAIMANTS, filing::options),
        get("/claims/{id}", CLAIM_READERS, claim::detail),
        get("/claims/{id}/clawback", REVIEWER, clawbacks::form),
        post("/claims/{id}/clawback", REVIEWER, clawbacks::propose),
        post("/claims/{id}/{step}", CLAIM_DECIDERS, decide::step),
        get("/my/claims", HOLDERS, mine::mine),
        get("/bank-account", PAYEES, account::view),
        post("/bank-account", PAYEES, account::record),
        get("/payments", FINANCE, batches::waiting),
        post("/payments", FINANCE, batches::open),
        get("/payments/{id}.csv", FINANCE, api::subsidies::batches::batch_file),
        get("/payments/{id}", FINANCE, batches::detail),
        post("/payments/{id}/confirm", FINANCE, batches::confirm),
        post("/payments/{id}/cancel", FINANCE, batches::cancel),
        post("/payments/{id}/results", FINANCE, batches::results),
        get("/payment-returns/{id}", FINANCE, returns::form),
        post("/payment-returns/{id}", FINANCE, returns::record),
        get("/clawbacks", BUDGET_READERS, clawbacks::list),
        get("/clawbacks/{id}", BUDGET_READERS, clawbacks::detail),
        post("/clawbacks/{id}/decide", REVIEWER, clawbacks::decide),
        post("/clawbacks/{id}/drop", REVIEWER, clawbacks::drop_it),
        post("/clawbacks/{id}/receipts", FINANCE, clawbacks::receive),
        get("/budgets", BUDGET_READERS, budgets::list),
        post("/budgets", FINANCE, budgets::set),
        get("/budgets/{id}.xlsx", BUDGET_READERS, budget_statement),
        get("/budgets/{id}.pdf", BUDGET_READERS, budget_statement_pdf),
        get("/people/{id}/subsidies.xlsx", STATEMENT_READERS, person_statement),
        get("/people/{id}/subsidies.pdf", STATEMENT_READERS, person_statement_pdf),
        get("/budgets/{id}", BUDGET_READERS, budgets::detail),
        post("/budgets/{id}/change", FINANCE, budgets::change),
    ]
}

fn payments() -> Vec<RouteSpec> {
    use api::subsidies::accounts::{self, BankAccountView};
    use api::subsidies::batches::{
        self, BatchDetailView, BatchQuery, BatchView, OpenedView, PaymentView, ResultsView,
    };
    use api::subsidies::clawbacks::{self, ClawbackDetailView, ClawbackQuery, ClawbackView};
    use api::subsidies::statements::{person_statement, person_statement_pdf};
    vec![
        get("/api/v1/people/{id}/subsidies.xlsx", STATEMENT_READERS, person_statement)
            .says("What a person claimed and was paid, the oldest first, in yuan; each call is audited."),
        get("/api/v1/people/{id}/subsidies.pdf", STATEMENT_READERS, person_statement_pdf)
            .says("The same as a PDF, with the sums and the identity number masked."),
        get("/api/v1/people/{id}/bank-account", PAYEES, accounts::person_account_view)
            .says("Where a person is paid, masked; each look is audited.")
            .gives::<BankAccountView>(),
        post("/api/v1/people/{id}/bank-account", PAYEES, accounts::person_account_record)
            .says("Records where a person is paid, in place of what was recorded before.")
            .takes::<NewBankAccount>()
            .gives::<BankAccountView>(),
        get(
            "/api/v1/organisations/{id}/bank-account",
            PAYEE_ORGANISATIONS,
            accounts::organisation_account_view,
        )
        .says("Where an organisation is paid, masked; each look is audited.")
        .gives::<BankAccountView>(),
        post(
            "/api/v1/organisations/{id}/bank-account",
            PAYEE_ORGANISATIONS,
            accounts::organisation_account_record,
        )
        .says("Records where an organisation is paid.")
        .takes::<NewBankAccount>()
        .gives::<BankAccountView>(),
        get("/api/v1/payment-batches", FINANCE, batches::batch_list)
            .says("Payment batches, the newest first.")
            .takes::<BatchQuery>()
            .gives::<Vec<BatchView>>(),
        post("/api/v1/payment-batches", FINANCE, batches::batch_open)
            .says("Opens a batch from the claims named, or from all that wait; another person confirms it.")
            .takes::<BatchCall>()
            .gives::<OpenedView>(),
        get("/api/v1/payment-batches/{id}.csv", FINANCE, batches::batch_file)
            .says("The file for the bank, by the layout of docs/payment-files.md; each call is audited."),
        get("/api/v1/payment-batches/{id}", FINANCE, batches::batch_get)
            .says("One batch with its payments.")
            .gives::<BatchDetailView>(),
        post("/api/v1/payment-batches/{id}/confirm", FINANCE, batches::batch_confirm)
            .says("Confirms a batch that another person opened; needs If-Match.")
            .gives::<BatchView>(),
        post("/api/v1/payment-batches/{id}/cancel", FINANCE, batches::batch_cancel)
            .says("Cancels a batch that is not confirmed; needs If-Match.")
            .takes::<Reason>()
            .gives::<BatchView>(),
        post("/api/v1/payment-batches/{id}/results", FINANCE, batches::results_import)
            .says("Imports the bank's result file, one result for every payment, or nothing; needs If-Match.")
            .gives::<ResultsView>(),
        post("/api/v1/payments/{id}/return", FINANCE, batches::payment_return)
            .says("Enters that a payment came back after it was paid, once for each of the bank's papers.")
            .takes::<NewReturn>()
            .gives::<PaymentView>(),
        get("/api/v1/clawbacks", BUDGET_READERS, clawbacks::clawback_list)
            .says("Clawbacks, the newest first.")
            .takes::<ClawbackQuery>()
            .gives::<Vec<ClawbackView>>(),
        get("/api/v1/clawbacks/{id}", BUDGET_READERS, clawbacks::clawback_get)
            .says("One clawback with what came back.")
            .gives::<ClawbackDetailView>(),
        post("/api/v1/claims/{id}/clawback", REVIEWER, clawbacks::claim_claw_back)
            .says("Asks back what was paid: the first person is answered 202, a second person's same call decides.")
            .takes::<ClawbackCall>()
            .gives::<ClawbackView>(),
        post("/api/v1/clawbacks/{id}/drop", REVIEWER, clawbacks::clawback_drop)
            .says("Drops a clawback that was not decided on.")
            .takes::<Reason>()
            .gives::<ClawbackView>(),
        post("/api/v1/clawbacks/{id}/receipts", FINANCE, clawbacks::receipt_record)
            .says("Notes money that came back, once for each paper; needs If-Match.")
            .takes::<NewReceipt>()
            .gives::<ClawbackView>(),
    ]
}
