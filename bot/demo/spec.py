"""The part of Bot API 10.1 that this server offers: methods, objects, their fields and types.

Source of facts: the Bot API reference. One line per method or object, in a small notation: `name:type`, `name!:type`
for a required field. Types: int, float, bool, str, chat (an integer or @name), file (an upload, a file_id or a URL),
`[type]` for an array, or the name of an object in OBJECTS (an object not described there is taken as it comes).
"""

from __future__ import annotations

from dataclasses import dataclass

VERSION = "10.1"

_PLACE = "business_connection_id:str chat_id!:chat message_thread_id:int direct_messages_topic_id:int"
_MANNER = (
    "disable_notification:bool protect_content:bool allow_paid_broadcast:bool message_effect_id:str"
    " suggested_post_parameters:SuggestedPostParameters reply_parameters:ReplyParameters reply_markup:ReplyMarkup"
)
_CAPTION = "caption:str parse_mode:str caption_entities:[MessageEntity]"
_EDITED = (
    "business_connection_id:str chat_id:chat message_id:int inline_message_id:str reply_markup:InlineKeyboardMarkup"
)
_POLL = (
    "question!:str question_parse_mode:str question_entities:[MessageEntity] options!:[InputPollOption]"
    " is_anonymous:bool type:str allows_multiple_answers:bool allows_revoting:bool shuffle_options:bool"
    " allow_adding_options:bool hide_results_until_closes:bool members_only:bool country_codes:[str]"
    " correct_option_ids:[int] explanation:str explanation_parse_mode:str explanation_entities:[MessageEntity]"
    " explanation_media:InputPollMedia open_period:int close_date:int is_closed:bool description:str"
    " description_parse_mode:str description_entities:[MessageEntity] media:InputPollMedia"
)

_METHODS = {
    "getUpdates": "offset:int limit:int timeout:int allowed_updates:[str]",
    "setWebhook": "url!:str certificate:file ip_address:str max_connections:int allowed_updates:[str]"
    " drop_pending_updates:bool secret_token:str",
    "deleteWebhook": "drop_pending_updates:bool",
    "getWebhookInfo": "",
    "getMe": "",
    "logOut": "",
    "close": "",
    "sendMessage": f"{_PLACE} text!:str parse_mode:str entities:[MessageEntity]"
    f" link_preview_options:LinkPreviewOptions {_MANNER}",
    "forwardMessage": "chat_id!:chat message_thread_id:int direct_messages_topic_id:int from_chat_id!:chat"
    " video_start_timestamp:int disable_notification:bool protect_content:bool message_effect_id:str"
    " suggested_post_parameters:SuggestedPostParameters message_id!:int",
    "copyMessage": "chat_id!:chat message_thread_id:int direct_messages_topic_id:int from_chat_id!:chat"
    f" message_id!:int video_start_timestamp:int {_CAPTION} show_caption_above_media:bool {_MANNER}",
    "sendPhoto": f"{_PLACE} photo!:file {_CAPTION} show_caption_above_media:bool has_spoiler:bool {_MANNER}",
    "sendAudio": f"{_PLACE} audio!:file {_CAPTION} duration:int performer:str title:str thumbnail:file {_MANNER}",
    "sendDocument": f"{_PLACE} document!:file thumbnail:file {_CAPTION} disable_content_type_detection:bool {_MANNER}",
    "sendVideo": f"{_PLACE} video!:file duration:int width:int height:int thumbnail:file cover:file"
    f" start_timestamp:int {_CAPTION} show_caption_above_media:bool has_spoiler:bool supports_streaming:bool {_MANNER}",
    "sendAnimation": f"{_PLACE} animation!:file duration:int width:int height:int thumbnail:file {_CAPTION}"
    f" show_caption_above_media:bool has_spoiler:bool {_MANNER}",
    "sendVoice": f"{_PLACE} voice!:file {_CAPTION} duration:int {_MANNER}",
    "sendVideoNote": f"{_PLACE} video_note!:file duration:int length:int thumbnail:file {_MANNER}",
    "sendSticker": f"{_PLACE} sticker!:file emoji:str {_MANNER}",
    "sendMediaGroup": f"{_PLACE} media!:[InputMedia] disable_notification:bool protect_content:bool"
    " allow_paid_broadcast:bool message_effect_id:str reply_parameters:ReplyParameters",
    "sendLocation": f"{_PLACE} latitude!:float longitude!:float horizontal_accuracy:float live_period:int heading:int"
    f" proximity_alert_radius:int {_MANNER}",
    "sendVenue": f"{_PLACE} latitude!:float longitude!:float title!:str address!:str foursquare_id:str"
    f" foursquare_type:str google_place_id:str google_place_type:str {_MANNER}",
    "sendContact": f"{_PLACE} phone_number!:str first_name!:str last_name:str vcard:str {_MANNER}",
    "sendPoll": f"business_connection_id:str chat_id!:chat message_thread_id:int {_POLL} disable_notification:bool"
    " protect_content:bool allow_paid_broadcast:bool message_effect_id:str reply_parameters:ReplyParameters"
    " reply_markup:ReplyMarkup",
    "stopPoll": "business_connection_id:str chat_id!:chat message_id!:int reply_markup:InlineKeyboardMarkup",
    "sendDice": f"{_PLACE} emoji:str {_MANNER}",
    "sendChatAction": "business_connection_id:str chat_id!:chat message_thread_id:int action!:str",
    "setMessageReaction": "chat_id!:chat message_id!:int reaction:[ReactionType] is_big:bool",
    "getUserProfilePhotos": "user_id!:int offset:int limit:int",
    "getFile": "file_id!:str",
    "pinChatMessage": "business_connection_id:str chat_id!:chat message_id!:int disable_notification:bool",
    "unpinChatMessage": "business_connection_id:str chat_id!:chat message_id:int",
    "unpinAllChatMessages": "chat_id!:chat",
    "leaveChat": "chat_id!:chat",
    "getChat": "chat_id!:chat",
    "getChatAdministrators": "chat_id!:chat return_bots:bool",
    "getChatMemberCount": "chat_id!:chat",
    "getChatMember": "chat_id!:chat user_id!:int",
    "answerCallbackQuery": "callback_query_id!:str text:str show_alert:bool url:str cache_time:int",
    "setMyCommands": "commands!:[BotCommand] scope:BotCommandScope language_code:str",
    "deleteMyCommands": "scope:BotCommandScope language_code:str",
    "getMyCommands": "scope:BotCommandScope language_code:str",
    "setMyName": "name:str language_code:str",
    "getMyName": "language_code:str",
    "setMyDescription": "description:str language_code:str",
    "getMyDescription": "language_code:str",
    "setMyShortDescription": "short_description:str language_code:str",
    "getMyShortDescription": "language_code:str",
    "setChatMenuButton": "chat_id:int menu_button:MenuButton",
    "getChatMenuButton": "chat_id:int",
    "editMessageText": f"{_EDITED} text:str parse_mode:str entities:[MessageEntity]"
    " link_preview_options:LinkPreviewOptions rich_message:InputRichMessage",
    "editMessageCaption": f"{_EDITED} {_CAPTION} show_caption_above_media:bool",
    "editMessageMedia": f"{_EDITED} media!:InputMedia",
    "editMessageReplyMarkup": _EDITED,
    "deleteMessage": "chat_id!:chat message_id!:int",
    "deleteMessages": "chat_id!:chat message_ids!:[int]",
}

_NOT_OFFERED = """
    addStickerToSet answerChatJoinRequestQuery answerGuestQuery answerInlineQuery answerPreCheckoutQuery
    answerShippingQuery answerWebAppQuery approveChatJoinRequest approveSuggestedPost banChatMember banChatSenderChat
    closeForumTopic closeGeneralForumTopic convertGiftToStars copyMessages createChatInviteLink
    createChatSubscriptionInviteLink createForumTopic createInvoiceLink createNewStickerSet declineChatJoinRequest
    declineSuggestedPost deleteAllMessageReactions deleteBusinessMessages deleteChatPhoto deleteChatStickerSet
    deleteForumTopic deleteMessageReaction deleteStickerFromSet deleteStickerSet deleteStory editChatInviteLink
    editChatSubscriptionInviteLink editForumTopic editGeneralForumTopic editMessageChecklist editMessageLiveLocation
    editStory editUserStarSubscription exportChatInviteLink forwardMessages getAvailableGifts getBusinessAccountGifts
    getBusinessAccountStarBalance getBusinessConnection getChatGifts getCustomEmojiStickers getForumTopicIconStickers
    getGameHighScores getManagedBotAccessSettings getManagedBotToken getMyDefaultAdministratorRights getMyStarBalance
    getStarTransactions getStickerSet getUserChatBoosts getUserGifts getUserPersonalChatMessages getUserProfileAudios
    giftPremiumSubscription hideGeneralForumTopic postStory promoteChatMember readBusinessMessage refundStarPayment
    removeBusinessAccountProfilePhoto removeChatVerification removeMyProfilePhoto removeUserVerification
    reopenForumTopic reopenGeneralForumTopic replaceManagedBotToken replaceStickerInSet repostStory restrictChatMember
    revokeChatInviteLink savePreparedInlineMessage savePreparedKeyboardButton sendChatJoinRequestWebApp sendChecklist
    sendGame sendGift sendInvoice sendLivePhoto sendMessageDraft sendPaidMedia sendRichMessage sendRichMessageDraft
    setBusinessAccountBio setBusinessAccountGiftSettings setBusinessAccountName setBusinessAccountProfilePhoto
    setBusinessAccountUsername setChatAdministratorCustomTitle setChatDescription setChatMemberTag setChatPermissions
    setChatPhoto setChatStickerSet setChatTitle setCustomEmojiStickerSetThumbnail setGameScore
    setManagedBotAccessSettings setMyDefaultAdministratorRights setMyProfilePhoto setPassportDataErrors
    setStickerEmojiList setStickerKeywords setStickerMaskPosition setStickerPositionInSet setStickerSetThumbnail
    setStickerSetTitle setUserEmojiStatus stopMessageLiveLocation transferBusinessAccountStars transferGift
    unbanChatMember unbanChatSenderChat unhideGeneralForumTopic unpinAllForumTopicMessages
    unpinAllGeneralForumTopicMessages upgradeGift uploadStickerFile verifyChat verifyUser
"""

_MEDIA = "type!:str media!:str caption:str parse_mode:str caption_entities:[MessageEntity]"

_OBJECTS = {
    "InlineKeyboardMarkup": "inline_keyboard!:[[InlineKeyboardButton]]",
    "InlineKeyboardButton": "text!:str icon_custom_emoji_id:str style:str url:str callback_data:str web_app:WebAppInfo"
    " login_url:LoginUrl switch_inline_query:str switch_inline_query_current_chat:str"
    " switch_inline_query_chosen_chat:SwitchInlineQueryChosenChat copy_text:CopyTextButton callback_game:CallbackGame"
    " pay:bool",
    "ReplyKeyboardMarkup": "keyboard!:[[KeyboardButton]] is_persistent:bool resize_keyboard:bool"
    " one_time_keyboard:bool input_field_placeholder:str selective:bool",
    "KeyboardButton": "text!:str icon_custom_emoji_id:str style:str request_users:KeyboardButtonRequestUsers"
    " request_chat:KeyboardButtonRequestChat request_managed_bot:KeyboardButtonRequestManagedBot"
    " request_contact:bool request_location:bool request_poll:KeyboardButtonPollType web_app:WebAppInfo",
    "ReplyKeyboardRemove": "remove_keyboard!:bool selective:bool",
    "ForceReply": "force_reply!:bool input_field_placeholder:str selective:bool",
    "MessageEntity": "type!:str offset!:int length!:int url:str user:User language:str custom_emoji_id:str"
    " unix_time:int date_time_format:str",
    "LinkPreviewOptions": "is_disabled:bool url:str prefer_small_media:bool prefer_large_media:bool"
    " show_above_text:bool",
    "ReplyParameters": "message_id!:int chat_id:chat allow_sending_without_reply:bool quote:str quote_parse_mode:str"
    " quote_entities:[MessageEntity] quote_position:int checklist_task_id:int poll_option_id:str",
    "BotCommand": "command!:str description!:str",
    "BotCommandScope": "type!:str chat_id:chat user_id:int",
    "MenuButton": "type!:str text:str web_app:WebAppInfo",
    "InputPollOption": "text!:str text_parse_mode:str text_entities:[MessageEntity] media:InputPollOptionMedia",
    "ReactionType": "type!:str emoji:str custom_emoji_id:str",
    "WebAppInfo": "url!:str",
    "LoginUrl": "url!:str forward_text:str bot_username:str request_write_access:bool",
    "CopyTextButton": "text!:str",
    "SwitchInlineQueryChosenChat": "query:str allow_user_chats:bool allow_bot_chats:bool allow_group_chats:bool"
    " allow_channel_chats:bool",
    "KeyboardButtonPollType": "type:str",
    "InputMediaPhoto": f"{_MEDIA} show_caption_above_media:bool has_spoiler:bool",
    "InputMediaVideo": f"{_MEDIA} thumbnail:str cover:str start_timestamp:int show_caption_above_media:bool width:int"
    " height:int duration:int supports_streaming:bool has_spoiler:bool",
    "InputMediaAnimation": f"{_MEDIA} thumbnail:str show_caption_above_media:bool width:int height:int duration:int"
    " has_spoiler:bool",
    "InputMediaAudio": f"{_MEDIA} thumbnail:str duration:int performer:str title:str",
    "InputMediaDocument": f"{_MEDIA} thumbnail:str disable_content_type_detection:bool",
}

CHOICES = {
    "ReplyMarkup": {
        "inline_keyboard": "InlineKeyboardMarkup",
        "keyboard": "ReplyKeyboardMarkup",
        "remove_keyboard": "ReplyKeyboardRemove",
        "force_reply": "ForceReply",
    },
}
"""Objects told apart by the field that each alone has."""

INPUT_MEDIA = {
    "photo": "InputMediaPhoto",
    "video": "InputMediaVideo",
    "animation": "InputMediaAnimation",
    "audio": "InputMediaAudio",
    "document": "InputMediaDocument",
}
"""InputMedia objects by their `type`."""


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter of a method or field of an object."""

    name: str
    type: str
    required: bool


def _field(notation: str) -> Field:
    name, _, kind = notation.partition(":")
    return Field(name.removesuffix("!"), kind, name.endswith("!"))


def _table(lines: dict[str, str]) -> dict[str, dict[str, Field]]:
    return {name: {field.name: field for field in map(_field, line.split())} for name, line in lines.items()}


METHODS = _table(_METHODS)
OBJECTS = _table(_OBJECTS)
NOT_OFFERED = frozenset(_NOT_OFFERED.split())
BY_LOWER_NAME = {name.lower(): name for name in (*METHODS, *NOT_OFFERED)}
"""The real service reads method names without regard to case."""
