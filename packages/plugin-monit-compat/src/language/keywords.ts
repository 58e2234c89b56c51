/** What {@link KEYWORDS} answers for a word that carries no meaning anywhere and is skipped like a blank. */
export const NOISE = '';

const NOISE_WORDS = `activity and are as but capacity does for has in is last of on only option options or per program programs
  rate than the times to sum usage use using via was with within without`;

function buildKeywords(): Map<string, string> {
  const map = new Map<string, string>();
  for (const word of NOISE_WORDS.split(/\s+/)) map.set(word, NOISE);
  const plain = `-sslv2 -sslv3 -tlsv1 -tlsv11 -tlsv12 -tlsv13 action active address alert allow apache-status atime auto basedir
    batch bytein byteout cacertificatefile cacertificatepath certificate certmd5 changed checksum clamav cleanuplimit
    cleartext clientpemfile closelimit connection content core count cpu credentials crypt ctime daemon data database
    default delay disable disk dns dnslimit down dwp echo else enable euid every expect facility fail2ban failed
    filecontentbuffer filedescriptors fips free ftp get gid gps gracefullimit head host hostheader hostname http
    httpcontentbuffer httpd https icmp idfile if ignore imap imaps include init instance interface invalid ipv4 ipv6
    keepalivelimit laststate ldap2 ldap3 limits link lmtp loadavg loglimit mail-format mailserver manual maxforward md5
    memcache method mmonit mode mongodb mqtt mtime mysql mysqls networktimeout nntp noalert nostart not ntp3 onreboot
    origin packetin packetout passed passive password path pemchain pemfile pemkey pgsql pid pidfile ping ping4 ping6 pop
    pops postfix-policy ppid programoutput programtimeout radius rdate read recovered redis register reject reminder
    repeat replylimit request requestlimit resource responsetime restarttimeout retry rsakey rsync saturation secret
    security selfsigned send sendexpectbuffer servicetime set sha1 sieve signature sip size smtp smtps space spamassassin
    speed ssh ssl sslauto sslv2 sslv3 start startlimit starttimeout statefile status stop stoptimeout succeeded swap
    syslog target tcp tcpssl terminal then time timeout timestamp tls tlsv1 tlsv11 tlsv12 tlsv13 tns total totalcpu
    totalmemory type udp uid unmonitor up uptime url username valid verify version waitlimit websocket write allowselfcertification`;
  for (const word of plain.split(/\s+/)) map.set(word, word);
  for (const [canonical, spellings] of SYNONYMS) for (const word of spellings.split(' ')) map.set(word, canonical);
  return map;
}

const SYNONYMS: readonly (readonly [string, string])[] = [
  ['>', '> gt more greater older'],
  ['<', '< lt less newer'],
  ['>=', '>= ge'],
  ['<=', '<= le'],
  ['=', '= == eq equal'],
  ['!=', '!= ne notequal'],
  ['attribute', 'attribute attributes'],
  ['byte', 'b byte bytes b/s byte/s bytes/s'],
  ['kilobyte', 'kb kilobyte kilobytes kb/s kilobyte/s kilobytes/s'],
  ['megabyte', 'mb megabyte megabytes mb/s megabyte/s megabytes/s'],
  ['gigabyte', 'gb gigabyte gigabytes gb/s gigabyte/s gigabytes/s'],
  ['children', 'child children'],
  ['ciphers', 'cipher ciphers'],
  ['cycle', 'cycle cycles'],
  ['day', 'day days'],
  ['download', 'download downloaded'],
  ['upload', 'upload uploaded'],
  ['eventqueue', 'eventqueue'],
  ['exec', 'exec execute'],
  ['exist', 'exist exists'],
  ['fsflags', 'fsflag fsflags'],
  ['hour', 'h hour hours'],
  ['inode', 'inode inodes'],
  ['logfile', 'log logfile'],
  ['match', 'match matching'],
  ['memory', 'mem memory'],
  ['totalmemory', 'totalmemory totalmem'],
  ['millisecond', 'ms millisecond milliseconds'],
  ['minute', 'm minute minutes'],
  ['month', 'month months'],
  ['nonexist', 'nonexist nonexists'],
  ['operation', 'operation operations operation/s operations/s'],
  ['packet', 'packet packets packet/s packets/s'],
  ['percent', 'percent'],
  ['permission', 'perm permission'],
  ['port', 'port portnumber'],
  ['protocol', 'proto protocol'],
  ['readonly', 'readonly read-only'],
  ['restart', 'restart restarts'],
  ['second', 's second seconds'],
  ['slot', 'slot slots'],
  ['threads', 'thread threads'],
  ['unixsocket', 'unix unixsocket'],
];

/**
 * Every keyword of 5.33 with its canonical spelling. A keyword cannot stand as a bare string, so the list decides
 * which words need quotes.
 */
export const KEYWORDS: ReadonlyMap<string, string> = buildKeywords();
