//! Rules for a unit by itself: its name, sections and keys, and what systemd refuses to start.
//!
//! The rules of services, timers and sockets are systemd's own, which it applies when a unit is loaded.
//! <https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html>

use super::Thing;
use super::gathered::{Gathered, UnitAt, UnitFile};
use crate::manifest::Fault;
use crate::manifest::unit::{MistakeKind, Setting, Settings, UnitKind, UnitName, known};

const SERVICE_TYPES: [&str; 8] =
    ["simple", "exec", "forking", "oneshot", "dbus", "notify", "notify-reload", "idle"];
const RESTARTS: [&str; 7] =
    ["no", "on-success", "on-failure", "on-abnormal", "on-watchdog", "on-abort", "always"];
const TRIGGERS: [&str; 8] = [
    "OnActiveSec",
    "OnBootSec",
    "OnStartupSec",
    "OnUnitActiveSec",
    "OnUnitInactiveSec",
    "OnCalendar",
    "OnClockChange",
    "OnTimezoneChange",
];

/// The name that a unit is installed by.
pub(super) fn name(gathered: &Gathered<'_>, unit: &UnitAt<'_>) -> Vec<Fault> {
    let name = &unit.service.name;
    let at = |fault| gathered.at(&Thing::Service(unit.index), fault);
    let Some(parsed) = &unit.name else {
        let hint = format!("name it by what it is: {}.service", name.split('.').next().unwrap_or_default());
        return vec![at(Fault::error("unit-name", format!("{name:?} is no name of a unit")).hint(hint))];
    };
    let mut faults = Vec::new();
    let file = unit.service.file.as_ref().map(crate::manifest::FolderPath::file_name);
    let file_kind = file.and_then(|file| file.parse::<UnitName>().ok()).map(|file| file.kind);
    if let Some(file) = file.filter(|_| file_kind.is_some_and(|kind| kind != parsed.kind)) {
        let message = format!("{file} would be installed as {name}, which is another kind of unit");
        faults.push(at(Fault::error("unit-name", message).hint(format!("call it name: {file}"))));
    }
    if parsed.is_template() && unit.service.start {
        let message = format!("{name} is a template, of which only instances can be started");
        let hint = format!("name an instance: name: {}, with the same file", parsed.instance("1"));
        faults.push(at(Fault::error("unit-template", message).hint(hint)));
    }
    let odd = unit.service.drop_ins.iter().filter(|file| !file.file_name().ends_with(".conf"));
    faults.extend(odd.map(|file| {
        let message = format!("{} is no drop-in by its name, and systemd would not read it", file.as_str());
        at(Fault::error("drop-in-name", message).hint(format!("call it {}.conf", file.as_str())))
    }));
    faults
}

/// What a file says line by line.
pub(super) fn lines(unit: &UnitAt<'_>, file: &UnitFile) -> Vec<Fault> {
    let mut faults: Vec<Fault> = file
        .unit
        .mistakes
        .iter()
        .map(|mistake| mistaken(mistake.what).at(file.source.place(mistake.line, mistake.column)))
        .collect();
    let Some(sections) = unit.name.as_ref().and_then(|name| known::sections(name.kind.section())) else {
        return faults;
    };
    let is_own = |name: &str| name.starts_with("X-");
    for section in file.unit.sections.iter().filter(|section| !sections.contains(&section.name.as_str())) {
        if is_own(&section.name) {
            continue;
        }
        let message =
            format!("{} has no section [{}], and systemd skips it", unit.service.name, section.name);
        let near = nearest(&section.name, &sections).map(|near| format!("[{near}]"));
        let hint = near.unwrap_or_else(|| format!("[{}]", sections.join("], [")));
        faults.push(
            Fault::error("unit-section", message)
                .at(file.source.line(section.line))
                .hint(format!("write {hint}")),
        );
    }
    for setting in &file.unit.settings {
        let is_known = known::keys(&setting.section).contains(&setting.key.as_str());
        if !is_known && sections.contains(&setting.section.as_str()) && !is_own(&setting.key) {
            faults.push(unknown_key(setting, &sections).at(file.source.place(setting.line, setting.column)));
        }
    }
    faults
}

fn mistaken(what: MistakeKind) -> Fault {
    match what {
        MistakeKind::NoEquals => Fault::error("unit-syntax", "this is neither a setting nor a section")
            .hint("write Key=value, [Section], or # before a comment"),
        MistakeKind::NoKey => Fault::error("unit-syntax", "no key stands before the ="),
        MistakeKind::NoSection => {
            Fault::error("unit-syntax", "this stands before any section, and systemd skips it")
                .hint("put [Unit] or [Service] above it")
        }
        MistakeKind::BadHeader => {
            Fault::error("unit-syntax", "the section's header has no ]: systemd reads no further")
        }
        MistakeKind::BlankAfterBackslash => Fault::warning(
            "unit-syntax",
            "there are blanks behind the backslash, so the line is not continued",
        )
        .hint("take the blanks away"),
        MistakeKind::NothingContinued => {
            Fault::warning("unit-syntax", "the last line ends with a backslash, and nothing follows")
        }
    }
}

fn unknown_key(setting: &Setting, sections: &[&str; 3]) -> Fault {
    let (key, section) = (setting.key.as_str(), setting.section.as_str());
    let other = sections.iter().find(|other| known::keys(other).contains(&key));
    if let Some(other) = other {
        return Fault::error("unit-key-section", format!("{key}= does nothing in [{section}]"))
            .hint(format!("it belongs to [{other}]"));
    }
    let fault = |hint: &str| {
        Fault::warning(
            "unknown-unit-key",
            format!("systemd knows no {key}= in [{section}], and skips what it does not know"),
        )
        .hint(hint)
    };
    match nearest(key, known::keys(section)) {
        Some(near) => fault(&format!("write {near}=")),
        None => fault("leave it out, or write X- before it where it is for others to read"),
    }
}

fn nearest<'n>(text: &str, names: &[&'n str]) -> Option<&'n str> {
    let distance =
        |name: &&str| strsim::damerau_levenshtein(&text.to_ascii_lowercase(), &name.to_ascii_lowercase());
    names.iter().copied().min_by_key(distance).filter(|name| distance(name) <= 1 + text.len() / 6)
}

/// What systemd asks of a unit of its kind before it starts it.
pub(super) fn kind(gathered: &Gathered<'_>, unit: &UnitAt<'_>) -> Vec<Fault> {
    let (Some(name), Some(own)) = (&unit.name, unit.own()) else { return Vec::new() };
    let settings = unit.settings();
    let mut faults = match name.kind {
        UnitKind::Service => service(unit, &settings),
        UnitKind::Timer => timer(unit, &settings),
        UnitKind::Socket => socket(unit, &settings),
        _ => Vec::new(),
    };
    if let Some(section) = name.kind.section().filter(|section| !own.unit.has_section(section)) {
        // What else is missing follows from it.
        faults.clear();
        faults.push(
            Fault::error("unit-section", format!("{name} has no section [{section}]"))
                .at(own.source.whole())
                .hint(format!("begin one with a line [{section}]")),
        );
    }
    if !own.unit.has_section("Unit") {
        faults.push(
            Fault::note("unit-section", format!("{name} has no section [Unit], so nothing says what it is"))
                .at(own.source.whole())
                .hint("add [Unit] with Description="),
        );
    }
    faults.extend(not_enabled(gathered, unit, &settings));
    faults
}

fn service(unit: &UnitAt<'_>, settings: &Settings<'_>) -> Vec<Fault> {
    let whole =
        |fault: Fault| unit.own().map_or_else(|| fault.clone(), |own| fault.clone().at(own.source.whole()));
    let at = |key: &str, fault: Fault| match settings.last("Service", key).and_then(|at| unit.place(at)) {
        Some(place) => fault.at(place),
        None => whole(fault),
    };
    let starts = settings.list("Service", "ExecStart");
    let kind = settings.value("Service", "Type");
    let restart = settings.value("Service", "Restart");
    let has = |key| settings.value("Service", key).is_some();
    let stays = settings.is_yes("Service", "RemainAfterExit");
    let mut faults = Vec::new();
    if let Some(kind) = kind.filter(|kind| !SERVICE_TYPES.contains(kind)) {
        let message = format!("{kind:?} is no type of a service");
        faults.push(at(
            "Type",
            Fault::error("unit-service-type", message).hint(format!("one of {}", SERVICE_TYPES.join(", "))),
        ));
    }
    if let Some(restart) = restart.filter(|restart| !RESTARTS.contains(restart)) {
        let message = format!("{restart:?} is no way to restart");
        faults.push(at(
            "Restart",
            Fault::error("unit-restart", message).hint(format!("one of {}", RESTARTS.join(", "))),
        ));
    }
    // What systemd takes a service for that does not say.
    let kind = kind.unwrap_or(match (has("BusName"), starts.is_empty()) {
        (true, _) => "dbus",
        (false, true) => "oneshot",
        (false, false) => "simple",
    });
    let acts = settings.value("Unit", "SuccessAction").is_some();
    if starts.is_empty() && (kind != "oneshot" || !has("ExecStop") && !acts) {
        faults.push(whole(
            Fault::error("unit-exec-start", "nothing is started: there is no ExecStart=")
                .hint("add ExecStart= with the whole path of a program to [Service]"),
        ));
    } else if starts.is_empty() && !stays && !acts {
        faults.push(whole(
            Fault::error(
                "unit-exec-start",
                "nothing is started, and nothing stays: systemd refuses such a service",
            )
            .hint("add ExecStart=, or RemainAfterExit=yes where ExecStop= is what matters"),
        ));
    }
    let commands = |(_, setting): &(usize, &Setting)| {
        crate::manifest::unit::commands(&setting.value).map_or(1, |all| all.len())
    };
    if kind != "oneshot" && starts.iter().map(commands).sum::<usize>() > 1 {
        let message = "only a service with Type=oneshot may have more than one ExecStart=";
        faults.push(at(
            "ExecStart",
            Fault::error("unit-exec-start", message)
                .hint("make the earlier ones ExecStartPre=, or empty the list first: ExecStart="),
        ));
    }
    if kind == "oneshot" && matches!(restart, Some("always" | "on-success")) {
        faults.push(at(
            "Restart",
            Fault::error(
                "unit-restart",
                "a service with Type=oneshot can't be restarted after it has succeeded",
            )
            .hint("write Restart=on-failure, or let a timer start it"),
        ));
    }
    if kind == "dbus" && !has("BusName") {
        faults.push(at(
            "Type",
            Fault::error("unit-service-type", "Type=dbus needs BusName=")
                .hint("add BusName=, or write Type=exec"),
        ));
    }
    faults
}

fn timer(unit: &UnitAt<'_>, settings: &Settings<'_>) -> Vec<Fault> {
    let Some(own) = unit.own() else { return Vec::new() };
    let set: Vec<&str> = TRIGGERS.into_iter().filter(|key| settings.value("Timer", key).is_some()).collect();
    if set.is_empty() {
        return vec![
            Fault::error("unit-timer", "nothing says when: systemd refuses such a timer")
                .at(own.source.whole())
                .hint("add OnCalendar=hourly or OnBootSec=5min to [Timer]"),
        ];
    }
    if set.iter().all(|key| matches!(*key, "OnUnitActiveSec" | "OnUnitInactiveSec")) {
        return vec![
            Fault::warning("unit-timer", "it counts from the last time alone, and there is no first one")
                .at(own.source.whole())
                .hint("add OnActiveSec= or OnBootSec= for the first time"),
        ];
    }
    Vec::new()
}

fn socket(unit: &UnitAt<'_>, settings: &Settings<'_>) -> Vec<Fault> {
    let Some(own) = unit.own() else { return Vec::new() };
    let listens = own
        .unit
        .settings
        .iter()
        .any(|setting| setting.section == "Socket" && setting.key.starts_with("Listen"))
        || settings.value("Socket", "ListenStream").is_some();
    if listens {
        return Vec::new();
    }
    vec![
        Fault::error("unit-socket", "it listens to nothing: systemd refuses such a socket")
            .at(own.source.whole())
            .hint("add ListenStream=8080 to [Socket]"),
    ]
}

/// Enabling writes what `[Install]` says; without it nothing starts the unit at the next boot.
fn not_enabled(gathered: &Gathered<'_>, unit: &UnitAt<'_>, settings: &Settings<'_>) -> Option<Fault> {
    let own = unit.own().filter(|_| unit.service.enabled)?;
    let installs = ["WantedBy", "RequiredBy", "UpheldBy", "Also", "Alias"];
    if installs.iter().any(|key| settings.value("Install", key).is_some()) || is_triggered(gathered, unit) {
        return None;
    }
    let target = match unit.name.as_ref()?.kind {
        UnitKind::Timer => "timers.target",
        UnitKind::Socket => "sockets.target",
        _ => "multi-user.target",
    };
    let message =
        format!("{} is to be enabled, and says nowhere what is to start it at boot", unit.service.name);
    Some(
        Fault::warning("unit-install", message)
            .at(own.source.whole())
            .hint(format!("add [Install] with WantedBy={target}, or say enabled: false")),
    )
}

/// Whether a timer or a socket of the deployment starts the unit.
fn is_triggered(gathered: &Gathered<'_>, unit: &UnitAt<'_>) -> bool {
    let Some(name) = unit.name.as_ref().filter(|name| name.kind == UnitKind::Service) else { return false };
    gathered.units.iter().any(|other| {
        let named = |section, key| other.settings().value(section, key).map(str::to_owned);
        let triggers = named("Timer", "Unit").or_else(|| named("Socket", "Service"));
        let is_trigger =
            other.name.as_ref().is_some_and(|other| matches!(other.kind, UnitKind::Timer | UnitKind::Socket));
        let of_same_name =
            other.name.as_ref().is_some_and(|other| other.with_kind(UnitKind::Service) == *name);
        is_trigger && triggers.map_or(of_same_name, |triggers| triggers == name.to_string())
    })
}
