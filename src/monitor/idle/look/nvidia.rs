//! NVIDIA's GPUs, by NVIDIA's own library (NVML), where the driver is at work and the library is there.
//!
//! The library may hang when a driver does, so a thread of its own asks it; who does not answer in time is unknown, and is
//! not asked again before that answer has come. The library stays loaded: a driver that nobody holds open starts anew for
//! each question, which takes seconds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::time::Duration;

use nvml_wrapper::enum_wrappers::device::Sampling;
use nvml_wrapper::enums::device::SampleValue;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::struct_wrappers::device::ProcessInfo;
use nvml_wrapper::{Device, Nvml};

use super::Root;
use super::busy::Busy;
use super::files::LookError;
use crate::monitor::idle::sample::Gpu;

/// The device by which programs reach the driver: without it nobody computes.
const DRIVER: &str = "dev/nvidiactl";
const LIMIT: Duration = Duration::from_secs(3);

type Answer = Result<BTreeMap<String, Gpu>, String>;

/// Asks the library.
#[derive(Debug, Default)]
pub(super) struct Nvidia {
    questions: Option<Sender<Question>>,
    /// An answer that was not there in time.
    late: Option<Receiver<Answer>>,
}

#[derive(Debug)]
enum Question {
    /// Note how busy they are: the driver remembers that for some seconds only.
    Glance,
    /// Tell what there is.
    Look(Sender<Answer>),
}

impl Nvidia {
    /// Has the library note how busy the GPUs were; waits for nothing.
    pub(super) fn glance(&self) {
        if let Some(questions) = self.questions.as_ref().filter(|_| self.late.is_none()) {
            // Where the thread is gone, the next look says so.
            let _ = questions.send(Question::Glance);
        }
    }

    pub(super) fn gpus(&mut self, root: &Root) -> Result<BTreeMap<String, Gpu>, LookError> {
        if root.is_recording() || !root.is_there(DRIVER) {
            return Ok(BTreeMap::new());
        }
        self.ask().map_err(|why| LookError::Other(format!("NVIDIA's library: {why}")))
    }

    fn ask(&mut self) -> Answer {
        if let Some(late) = self.late.take() {
            match late.try_recv() {
                // What it says is of a minute ago.
                Ok(_) | Err(TryRecvError::Disconnected) => {}
                Err(TryRecvError::Empty) => {
                    self.late = Some(late);
                    return Err("it has not answered the last question yet".to_owned());
                }
            }
        }
        let (reply, answer) = channel();
        let questions = match self.questions.take() {
            Some(questions) => questions,
            None => start().map_err(|error| error.to_string())?,
        };
        questions.send(Question::Look(reply)).map_err(|_| "it ended the thread that asked it".to_owned())?;
        self.questions = Some(questions);
        answer.recv_timeout(LIMIT).unwrap_or_else(|_| {
            self.late = Some(answer);
            Err(format!("it gives no answer within {} s", LIMIT.as_secs()))
        })
    }
}

fn start() -> std::io::Result<Sender<Question>> {
    let (questions, asked) = channel();
    std::thread::Builder::new().name("nvml".to_owned()).spawn(move || answer(&asked))?;
    Ok(questions)
}

/// Answers until nobody can ask any more.
fn answer(asked: &Receiver<Question>) {
    let mut library = None;
    let mut seen = Seen::default();
    for question in asked {
        match question {
            Question::Glance => {
                if let Some(library) = &library {
                    seen.glance(library);
                }
            }
            Question::Look(reply) => {
                let answer = look(&mut library, &mut seen);
                // One that fails is loaded anew: the driver may have been replaced beneath it.
                if answer.is_err() {
                    library = None;
                }
                let _ = reply.send(answer.map_err(|error| error.to_string()));
            }
        }
    }
}

fn look(library: &mut Option<Nvml>, seen: &mut Seen) -> Result<BTreeMap<String, Gpu>, NvmlError> {
    let library = match library {
        Some(library) => library,
        None => library.insert(Nvml::init()?),
    };
    let mut gpus = BTreeMap::new();
    for index in 0..library.device_count()? {
        let device = library.device_by_index(index)?;
        let id = device.uuid()?;
        seen.note(&id, &device);
        let memory = device.memory_info()?;
        let gpu = Gpu {
            name: format!("{} {index}", device.name()?),
            busy_permille: seen.busy.take(&id),
            used_bytes: memory.used,
            total_bytes: memory.total,
            processes: processes(&device),
        };
        gpus.insert(id, gpu);
    }
    Ok(gpus)
}

/// How busy the GPUs were since the last look.
#[derive(Default)]
struct Seen {
    busy: Busy,
    /// The time of the last sample of each that was noted, as the driver tells it.
    until: BTreeMap<String, u64>,
}

impl Seen {
    fn glance(&mut self, library: &Nvml) {
        for index in 0..library.device_count().unwrap_or(0) {
            // What fails here fails at the look as well, where it is told.
            if let Ok(device) = library.device_by_index(index)
                && let Ok(id) = device.uuid()
            {
                self.note(&id, &device);
            }
        }
    }

    /// Notes the driver's samples since the last ones; where it keeps none, how busy the GPU is now. A GPU that is divided
    /// tells neither.
    fn note(&mut self, id: &str, device: &Device<'_>) {
        let until = self.until.remove(id);
        let samples = device.samples(Sampling::GpuUtilization, until).unwrap_or_default();
        for sample in &samples {
            self.busy.note(id, percent(&sample.value).saturating_mul(10));
        }
        match samples.iter().map(|sample| sample.timestamp).max() {
            Some(last) => {
                self.until.insert(id.to_owned(), last);
            }
            // Nothing is later where the clock was set back: the next question is for all that there are.
            None => {
                if let Ok(now) = device.utilization_rates() {
                    self.busy.note(id, u64::from(now.gpu).saturating_mul(10));
                }
            }
        }
    }
}

fn percent(value: &SampleValue) -> u64 {
    match *value {
        SampleValue::U32(value) => u64::from(value),
        SampleValue::U64(value) => value,
        SampleValue::I64(value) => u64::try_from(value).unwrap_or(0),
        // The driver tells utilisation as whole numbers; another kind would say that it is at work.
        SampleValue::F64(value) => {
            if value > 0.0 {
                100
            } else {
                0
            }
        }
    }
}

fn processes(device: &Device<'_>) -> Option<BTreeSet<u32>> {
    let computing = device.running_compute_processes().ok()?;
    let drawing = device.running_graphics_processes().unwrap_or_default();
    let id = |process: &ProcessInfo| process.pid;
    Some(computing.iter().chain(&drawing).map(id).collect())
}
