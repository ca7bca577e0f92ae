//! A static shell script with its variables before it.
//!
//! The one place where a value becomes shell text. It knows nothing of what the scripts do; a value is data in them and
//! never a part of the program.

use super::RenderError;

const INTERPRETER: &str = "#!/bin/sh\n";

/// The scripts `bodies` as one, each of which begins with its interpreter, with these variables set before them.
pub(super) fn with_variables(
    variables: &[(&'static str, &str)],
    bodies: &[&'static str],
) -> Result<String, RenderError> {
    let mut script = INTERPRETER.to_owned();
    for &(variable, value) in variables {
        let quoted = shlex::try_quote(value).map_err(|source| RenderError::Quote { variable, source })?;
        script.push_str(variable);
        script.push('=');
        script.push_str(&quoted);
        script.push('\n');
    }
    for body in bodies {
        script.push_str(body.strip_prefix(INTERPRETER).unwrap_or(body));
    }
    Ok(script)
}

/// A unit without its comments, which are for who reads the templates: user data has little room.
pub(super) fn without_comments(unit: &str) -> String {
    unit.lines().filter(|line| !line.starts_with('#')).flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "#!/bin/sh\necho done\n";

    #[test]
    fn the_interpreter_stays_first_and_the_body_last() {
        let script = with_variables(&[("A", "b c"), ("D", "")], &[BODY, "#!/bin/sh\ntrue\n"]).unwrap();
        assert_eq!(script, "#!/bin/sh\nA='b c'\nD=''\necho done\ntrue\n");
    }

    #[test]
    fn a_value_that_no_shell_can_hold_is_refused() {
        let error = with_variables(&[("A", "b\0c")], &[BODY]).unwrap_err();
        assert_eq!(error.to_string(), "A cannot be given to a shell");
    }
}
