/* SPDX-License-Identifier: Apache-2.0 */
/* THE list of what to do first, a row each (R68): CHECK(key, kinds it is for or NULL for all, the choice of the question
 * "contained" that says the same or NULL, what to do, why). A key is for ever. Included where CHECK says what becomes of a
 * row; it has no guard. */
CHECK("tell-head", NULL, NULL, "首長とCISOに知らせる", "公表や支払いを決めるのは首長です。夜でも知らせます。")
CHECK("isolate", "ransomware malware intrusion", "isolated", "疑わしい機器を、有線も無線もネットワークから切り離す", "広がりを止めます。")
CHECK("keep-on", "ransomware malware intrusion", "kept-on", "電源を切らず、再起動もしない", "メモリーにある証拠や鍵が消えます。")
CHECK("cut-backup", "ransomware", "backup", "バックアップを切り離し、無事か確かめる", "次に狙われるのはバックアップです。")
CHECK("cut-outside", "ransomware malware intrusion ddos", "blocked", "外との通信（VPN・遠隔保守を含む）を止める", "入口が分かるまでは、全ての外との口を疑います。")
CHECK("accounts", "ransomware malware intrusion phishing insider", "account", "管理者と疑わしいアカウントを止め、パスワードを変える", "切り離した機器の外から変えます。")
CHECK("logs", NULL, "logs", "ログを別の場所に写す", "古いものから上書きされます。ファイアウォール・VPN・認証のログが先です。")
CHECK("photograph", "ransomware", NULL, "脅迫文・画面・暗号化された拡張子を写真に撮る", "「証拠のファイル」に入れておけます。")
CHECK("no-contact", "ransomware", NULL, "攻撃者と連絡を取らず、支払いを決めない", "警察に相談してから、首長が決めます。")
CHECK("recall", "misdelivery paper vendor", "recovered", "送った相手に、開かずに消す・返すよう頼み、返事を記録する", NULL)
CHECK("lock", "loss", NULL, "端末を遠隔で止める・消す", NULL)
CHECK("lost-property", "loss", NULL, "最後に見た場所と時刻を確かめ、警察に遺失届を出す", NULL)
CHECK("unpublish", "setting defacement", "blocked", "公開を止める", "見られていた期間のログを残してから直します。")
CHECK("provider", "ddos", NULL, "回線とDNSの事業者に、通信を絞るよう頼む", NULL)
CHECK("team", NULL, "csirt", "CSIRT・対策本部を立ち上げ、記録する人を決める", "「決めたこと」に、だれが何時に決めたかを残します。")
CHECK("vendor", NULL, "vendor", "保守の事業者を呼ぶ", NULL)
CHECK("spread", NULL, NULL, "ほかの課・団体・委託先に同じことがないか確かめる", NULL)
CHECK("counter", NULL, NULL, "止まった窓口の、手作業での代わりを決める", NULL)
CHECK("press", NULL, NULL, "公表するか、いつ、だれが話すかを決める", NULL)
