/** `--version`, in the form of the C program; the number is that of the semantics. */
export const VERSION_TEXT = `logrotate 3.22.0 (tappet-logrotate)

    Default mail command:       /usr/bin/mail
    Default compress command:   /bin/gzip
    Default uncompress command: /bin/gunzip
    Default compress extension: .gz
    Default state file path:    /var/lib/logrotate/status
    ACL support:                no
    SELinux support:            no
`;

/** `--usage`. */
export const USAGE_TEXT = `Usage: tappet-logrotate [-dfv?] [-d|--debug] [-f|--force] [-m|--mail=command]
        [-s|--state=statefile] [--skip-state-lock] [--wait-for-state-lock]
        [-v|--verbose] [-l|--log=logfile] [--version] [-?|--help] [--usage]
        [OPTION...] <configfile>
`;

/** `--help`. */
export const HELP_TEXT = `Usage: tappet-logrotate [OPTION...] <configfile>
  -d, --debug                   Change nothing, only say what would happen
  -f, --force                   Rotate every log, due or not
  -m, --mail=command            Program that sends mail (default /usr/bin/mail)
  -s, --state=statefile         Where the last rotations are remembered
      --skip-state-lock         Do not lock the state file
      --wait-for-state-lock     Wait until another run has released the lock
  -v, --verbose                 Say what is done
  -l, --log=logfile             Write the verbose messages to a file, or 'syslog'
      --version                 Show the version

Help options:
  -?, --help                    Show this help message
      --usage                   Show the options in short
`;
