//! Japanese.

use super::{EntranceTexts, LinkTexts, MovedTexts};

pub const TEXTS: EntranceTexts = EntranceTexts {
    sign_in: LinkTexts {
        subject: "{company}：ログイン用リンク",
        intro: "このリンクから{company}にログインできます。ご利用は一度限り、有効期間は15分です。",
        open: "ログイン",
    },
    invite: LinkTexts {
        subject: "{company}：ご招待",
        intro: "{company}での顧客対応に招待されました。このリンクからパスワードを設定してください。ご利用は一度限り、有効期間は7日間です。",
        open: "パスワードを設定する",
    },
    reset: LinkTexts {
        subject: "{company}：パスワードの再設定",
        intro: "このリンクから{company}の新しいパスワードを設定できます。ご利用は一度限り、有効期間は1時間です。",
        open: "新しいパスワードを設定する",
    },
    moved: MovedTexts {
        subject: "{company}：メールアドレスが変更されました",
        intro: "このメールアドレスは、{account}のご連絡先として{company}に登録されたものではなくなりました。このアドレスでのログインはすべて終了し、今後ログイン用リンクは別のアドレスに送られます。",
        if_not: "この変更にお心当たりがない場合は、すぐにこのメールにご返信ください。",
        why: "このメールは、以前このアドレスでログインされたことがあるためお送りしています。",
    },
    for_account: "{account}としてログイン",
    if_not: "お心当たりがない場合は、何もしていただく必要はありません。リンクを使わない限り、何も変わりません。",
    why: "このメールは、あなたのアドレスでリンクが請求されたためお送りしています。",
    why_invited: "このメールは、{company}の管理者があなたを招待したためお送りしています。",
    in_title: "{company}にログイン",
    in_as: "{account}の{name}様としてログインします。",
    in_button: "ログインする",
    in_done: "ログインしました",
    in_owner: "{company}の担当者は{owner}です。",
    in_nobody: "{company}が担当しています。",
    in_token: "開発者向けアクセストークン",
    title: "パスワードの設定",
    address: "メールアドレス",
    password: "パスワード",
    again: "パスワード（確認のためもう一度）",
    rule: "15文字以上。たとえば単語を四つ並べてください。お名前や、よく試される言葉は使えません。",
    save: "パスワードを保存",
    saved: "パスワードを設定しました",
    saved_more: "新しいパスワードでログインできます。これまでのログインはすべて終了しました。",
    error_rule: "別のパスワードをお選びください。15文字以上で、お名前や、よく試される言葉は使えません。",
    error_again: "二つのパスワードが一致しません。同じものを二度入力してください。",
    gone: "このリンクは無効になりました",
    gone_more: "リンクは一度限り、短い間だけ有効です。もう一度ご請求ください。",
};
