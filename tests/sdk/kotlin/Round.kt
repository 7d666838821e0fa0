import aftercare.client.apis.ExportsApi
import aftercare.client.apis.FormsApi
import aftercare.client.apis.ResponsesApi
import aftercare.client.apis.SessionsApi
import aftercare.client.infrastructure.ApiClient
import aftercare.client.infrastructure.ClientError
import aftercare.client.infrastructure.ClientException
import aftercare.client.infrastructure.Serializer
import aftercare.client.infrastructure.Success
import aftercare.client.models.ConditionDefinition
import aftercare.client.models.CreateResponseBody
import aftercare.client.models.CreateSessionBody
import aftercare.client.models.Problem
import aftercare.client.models.ResponseView
import java.io.File
import java.security.SecureRandom
import java.util.Base64

const val FORM = "daily-life-after-treatment"
const val CAMPAIGN = "world-cancer-day-2027"

/** One round with the SDK in Kotlin. */
fun main(arguments: Array<String>) {
    val (server, password, file, expected) = arguments
    // Gson leaves out what is null, but a null answer declines a question.
    Serializer.gsonBuilder.serializeNulls()
    val responses = ResponsesApi(server)

    // Read the form.
    val form = FormsApi(server).getForm(FORM)
    val sections = form.definition.sections
    val conditions = sections.map { it.showWhen } + sections.flatMap { it.questions }.map { it.showWhen } +
        form.definition.notices.orEmpty().map { it.showWhen }
    val found = conditions.flatMap(::values).sorted().joinToString(",")
    check(found == expected) { found }

    // Send a response, with a receipt that is made here and stays here.
    fun send(receipt: String, changes: Map<String, Any?> = mapOf()): Success<ResponseView> {
        val answers = mapOf(
            "cancer_type" to "stomach",
            "time_since_treatment" to "months_6_to_12",
            "treatments" to listOf("surgery"),
            "sex" to null,
            "distress" to 5,
            "remark_your_days" to "연락은 me@example.org",
        )
        val body = CreateResponseBody(answers + changes, form.version, "ko")
        return when (val answer = responses.createResponseWithHttpInfo(CAMPAIGN, receipt, body, null, null, null)) {
            is Success -> @Suppress("UNCHECKED_CAST") (answer as Success<ResponseView>)
            else -> throw ClientException("refused", answer.statusCode, answer)
        }
    }
    val receipt = receipt()
    val sent = send(receipt)
    check(sent.statusCode == 201) { sent.statusCode }

    // Send it again, as after a lost connection.
    val again = send(receipt)
    check(again.statusCode == 200 && again.data == sent.data) { again.data }

    // Send a wrong one: every fault has its place and its code.
    val wrong = refusal(422) { send(receipt(), mapOf("cancer_type" to "elbow", "distress" to 11)) }
    check("${wrong.code}" == "answers_invalid") { wrong }
    val faults = wrong.errors?.map { "${it.pointer} ${it.code}" }?.sorted()
    check(faults == listOf("/answers/cancer_type unknown_option", "/answers/distress out_of_bounds")) { wrong }

    // Read one's own, and withdraw it.
    val own = responses.getOwnResponse(CAMPAIGN, receipt).answers
    check("sex" in own && own["sex"] == null && own["treatments"] == listOf("surgery")) { own }
    check(own["remark_your_days"] == "연락은 [email]") { own }
    responses.withdrawOwnResponse(CAMPAIGN, receipt)
    val gone = refusal(410) { responses.getOwnResponse(CAMPAIGN, receipt) }
    check("${gone.code}" == "response_withdrawn") { gone }

    // Log in, and export to a file.
    ApiClient.accessToken =
        SessionsApi(server).createSession(CreateSessionBody("demo@aftercare.example", password)).accessToken
    ExportsApi(server).exportResponses(FORM).copyTo(File(file), overwrite = true)
    val lines = File(file).readLines()
    check(lines[0].startsWith("campaign,form_version,language,week,") && lines.size > 100) { lines[0] }

    println("kotlin: read, sent, replayed, refused, withdrew, exported ${lines.size - 1} rows")
}

/** The codes that a condition compares answers with. */
fun values(condition: ConditionDefinition?): List<String> {
    if (condition == null) return listOf()
    val own = listOfNotNull(condition.`is`) + condition.isOneOf.orEmpty()
    val parts = condition.all.orEmpty() + condition.any.orEmpty() + listOfNotNull(condition.not)
    return own.map { "$it" } + parts.flatMap(::values)
}

fun receipt(): String {
    val bytes = ByteArray(16).also(SecureRandom()::nextBytes)
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)
}

/** The problem with which a call is refused. */
fun refusal(status: Int, call: () -> Unit): Problem {
    val refused = runCatching(call).exceptionOrNull() as? ClientException ?: error("what is wrong was taken")
    check(refused.statusCode == status) { refused }
    return Serializer.gson.fromJson("${(refused.response as ClientError<*>).body}", Problem::class.java)
}
