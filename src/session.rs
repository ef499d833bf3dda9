//! The state machine of the app, without a browser: what is on screen, what is under way, and what a message does
//! to both.
//!
//! The result on screen and the work under way are two fields rather than one enum, because they are independent:
//! a new file that fails, is cancelled or crashes its worker must leave the earlier result standing.

use std::sync::Arc;

use crate::ingest::Table;
use crate::protocol::{Problem, Progress, Response};
use crate::report::Report;

/// Where the data of a result came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Files of the user's, by name.
    File(Vec<String>),
    /// The built-in sample.
    Sample,
}

/// A finished report and where it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The report.
    pub report: Arc<Report>,
    /// Its data.
    pub origin: Origin,
}

/// What is under way.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Activity {
    /// Nothing.
    #[default]
    Idle,
    /// A worker is at it.
    Running {
        /// What it works on.
        origin: Origin,
        /// How far it is; `None` before its first word.
        progress: Option<Progress>,
    },
    /// The user is asked which column is which.
    Mapping {
        /// The file.
        origin: Origin,
        /// What was found.
        table: Arc<Table>,
        /// Why the question came up, where a run failed for its columns.
        problem: Option<Problem>,
    },
    /// The last attempt failed.
    Failed {
        /// The file.
        origin: Origin,
        /// Why.
        problem: Problem,
    },
}

/// The whole state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// The result on screen.
    pub outcome: Option<Outcome>,
    /// The work under way.
    pub activity: Activity,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A file or the sample was opened, or a mapping confirmed.
    Started(Origin),
    /// The worker said something.
    Said(Response),
    /// The worker died.
    Crashed(String),
    /// The user cancelled, or put a failure or question away.
    Dismissed,
}

impl Session {
    /// The state after an event. Words of a worker that is no longer expected change nothing.
    #[must_use]
    pub fn after(self, event: Event) -> Self {
        let Self { outcome, activity } = self;
        match (activity, event) {
            (_, Event::Started(origin)) => {
                Self { outcome, activity: Activity::Running { origin, progress: None } }
            }
            (Activity::Running { origin, .. }, Event::Said(response)) => said(outcome, origin, response),
            (Activity::Running { origin, .. }, Event::Crashed(detail)) => {
                Self { outcome, activity: Activity::Failed { origin, problem: Problem::Crashed { detail } } }
            }
            (_, Event::Dismissed) => Self { outcome, activity: Activity::Idle },
            (activity, _) => Self { outcome, activity },
        }
    }

    /// The report on screen.
    #[must_use]
    pub fn report(&self) -> Option<Arc<Report>> {
        self.outcome.as_ref().map(|o| Arc::clone(&o.report))
    }
}

fn said(outcome: Option<Outcome>, origin: Origin, response: Response) -> Session {
    match response {
        Response::Progress(progress) => {
            Session { outcome, activity: Activity::Running { origin, progress: Some(progress) } }
        }
        Response::Proposal(table) => {
            let table = Arc::new(*table);
            Session { outcome, activity: Activity::Mapping { origin, table, problem: None } }
        }
        Response::Report(report) => {
            Session { outcome: Some(Outcome { report: Arc::new(*report), origin }), activity: Activity::Idle }
        }
        // A missing column is a question, not an end: the user may know which one it is.
        Response::Failed(problem @ Problem::File { table: Some(_), .. }) if problem.asks_for_columns() => {
            ask(outcome, origin, problem)
        }
        Response::Failed(problem) => Session { outcome, activity: Activity::Failed { origin, problem } },
        Response::Customers { .. }
        | Response::Why { .. }
        | Response::Issues { .. }
        | Response::IssuesCsv { .. }
        | Response::Part(_) => Session { outcome, activity: Activity::Running { origin, progress: None } },
    }
}

fn ask(outcome: Option<Outcome>, origin: Origin, problem: Problem) -> Session {
    let activity = match problem {
        Problem::File { error, table: Some(table) } => {
            let problem = Some(Problem::File { error, table: None });
            Activity::Mapping { origin, table: Arc::new(*table), problem }
        }
        problem => Activity::Failed { origin, problem },
    };
    Session { outcome, activity }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{self, Error};

    fn ready() -> Session {
        Session::default()
            .after(Event::Started(Origin::Sample))
            .after(Event::Said(Response::Report(Box::default())))
    }

    #[test]
    fn a_report_becomes_the_result() {
        let s = ready();
        assert_eq!(s.activity, Activity::Idle);
        assert_eq!(s.outcome.map(|o| o.origin), Some(Origin::Sample));
    }

    #[test]
    fn a_failure_a_crash_and_a_cancel_leave_the_result() {
        let file = || Origin::File(vec!["b.csv".into()]);
        let failed = Response::Failed(Problem::File { error: Error::Empty, table: None });
        for event in [Event::Said(failed), Event::Crashed("trap".into()), Event::Dismissed] {
            let s = ready().after(Event::Started(file())).after(event);
            assert_eq!(s.outcome.as_ref().map(|o| &o.origin), Some(&Origin::Sample));
            assert!(!matches!(s.activity, Activity::Running { .. }));
        }
    }

    #[test]
    fn a_late_word_after_cancel_changes_nothing() {
        let before = ready().after(Event::Started(Origin::Sample)).after(Event::Dismissed);
        let after = before.clone().after(Event::Said(Response::Report(Box::default())));
        assert_eq!(before, after);
    }

    #[test]
    fn a_missing_column_becomes_a_question() {
        let table = ingest::read(b"a,b\n1,x\n2,y\n", 2).ok().map(Box::new);
        assert!(table.is_some());
        let problem = Problem::File { error: Error::NoDateColumn, table };
        let s = Session::default()
            .after(Event::Started(Origin::File(vec!["a.csv".into()])))
            .after(Event::Said(Response::Failed(problem)));
        assert!(matches!(s.activity, Activity::Mapping { problem: Some(_), .. }));
    }
}
