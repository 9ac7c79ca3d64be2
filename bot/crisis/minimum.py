"""What is still said when no data file can be read: no table, no file, no lookup that can fail."""

from __future__ import annotations

_TEXTS = {
    "en": "I'm an automated course; nobody reads this chat. In danger now: your local emergency number (112, 911 or 999 "
    "in many places). People to talk with, in every country: findahelpline.com",
    "es": "Soy un curso automático; nadie lee este chat. En peligro ahora: tu número local de emergencias (112, 911 o "
    "999 en muchos lugares). Personas con quienes hablar, en cada país: findahelpline.com",
    "de": "Ich bin ein automatischer Kurs; niemand liest diesen Chat. Jetzt in Gefahr: die örtliche Notrufnummer (112, "
    "911 oder 999 an vielen Orten). Menschen zum Reden, in jedem Land: findahelpline.com",
    "fr": "Je suis un cours automatique ; personne ne lit ce chat. En danger maintenant : le numéro d'urgence local (112, "
    "911 ou 999 à beaucoup d'endroits). Des personnes à qui parler, dans chaque pays : findahelpline.com",
    "pt": "Sou um curso automático; ninguém lê esta conversa. Em perigo agora: o número local de emergência (112, 911 ou "
    "999 em muitos lugares). Pessoas com quem falar, em cada país: findahelpline.com",
    "it": "Sono un corso automatico; nessuno legge questa chat. In pericolo adesso: il numero di emergenza locale (112, "
    "911 o 999 in molti posti). Persone con cui parlare, in ogni paese: findahelpline.com",
    "ru": "Это автоматический курс; этот чат никто не читает. Если опасно прямо сейчас: местный номер экстренной помощи "
    "(во многих местах 112, 911 или 999). С кем поговорить, в каждой стране: findahelpline.com",
    "uk": "Це автоматичний курс; цей чат ніхто не читає. Якщо небезпечно просто зараз: місцевий номер екстреної допомоги "
    "(у багатьох місцях 112, 911 або 999). З ким поговорити, у кожній країні: findahelpline.com",
    "tr": "Bu otomatik bir kurs; bu sohbeti kimse okumuyor. Şu an tehlike varsa: bulunduğunuz yerin acil numarası (birçok "
    "yerde 112, 911 veya 999). Her ülkede konuşabileceğiniz insanlar: findahelpline.com",
    "hi": "यह अपने-आप चलने वाला कोर्स है; यह चैट कोई नहीं पढ़ता। अभी ख़तरा हो तो: स्थानीय आपातकालीन नंबर (कई जगहों पर 112, 911 या 999)। "
    "हर देश में बात करने के लिए लोग: findahelpline.com",
    "ar": "هذه دورة آلية، ولا أحد يقرأ هذه المحادثة. عند الخطر الآن: رقم الطوارئ المحلي "
    "(\u2066112\u2069 أو \u2066911\u2069 أو \u2066999\u2069 في أماكن كثيرة). "
    "أشخاص يمكن الحديث معهم في كل بلد: \u2066findahelpline.com\u2069",
}


def minimum_text(language: str | None) -> str:
    """The least that can be said, in the language of a tag such as `pt-BR`, else in English."""
    return _TEXTS.get(str(language or "").replace("_", "-").lower().split("-")[0], _TEXTS["en"])
