import aftercare.client.ApiClient;
import aftercare.client.ApiException;
import aftercare.client.ApiResponse;
import aftercare.client.api.ExportsApi;
import aftercare.client.api.FormsApi;
import aftercare.client.api.ResponsesApi;
import aftercare.client.api.SessionsApi;
import aftercare.client.model.ConditionDefinition;
import aftercare.client.model.CreateResponseBody;
import aftercare.client.model.CreateSessionBody;
import aftercare.client.model.Problem;
import aftercare.client.model.ResponseView;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One round with the SDK in Java. */
class Round {
    static final String CAMPAIGN = "world-cancer-day-2027";
    static final ApiClient client = new ApiClient();

    public static void main(String[] arguments) throws Exception {
        var server = arguments[0];
        var password = arguments[1];
        var file = Path.of(arguments[2]);
        var expected = arguments[3];
        // Otherwise it asks with every request to go over to HTTP/2, which costs a connection each time.
        client.setHttpClientBuilder(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1));
        client.updateBaseUri(server);
        var responses = new ResponsesApi(client);

        // Read the form.
        var form = new FormsApi(client).getForm("daily-life-after-treatment", null, null, null);
        var conditions = new ArrayList<ConditionDefinition>();
        for (var section : form.getDefinition().getSections()) {
            conditions.add(section.getShowWhen());
            section.getQuestions().forEach(question -> conditions.add(question.getShowWhen()));
        }
        form.getDefinition().getNotices().forEach(notice -> conditions.add(notice.getShowWhen()));
        var found = conditions.stream().flatMap(Round::values).sorted().collect(Collectors.joining(","));
        check(found.equals(expected), found);

        // Send a response, with a receipt that is made here and stays here.
        var receipt = receipt();
        var body = new CreateResponseBody().formVersion(form.getVersion()).language("ko").answers(answers());
        ApiResponse<ResponseView> sent = responses.createResponseWithHttpInfo(CAMPAIGN, receipt, body, null, null, null);
        check(sent.getStatusCode() == 201, sent.getStatusCode());

        // Send it again, as after a lost connection.
        ApiResponse<ResponseView> again = responses.createResponseWithHttpInfo(CAMPAIGN, receipt, body, null, null, null);
        check(again.getStatusCode() == 200 && again.getData().equals(sent.getData()), again.getData());

        // Send a wrong one: every fault has its place and its code.
        var wrong = answers();
        wrong.put("cancer_type", "elbow");
        wrong.put("distress", 11);
        var problem = refusal(422, () -> responses.createResponse(CAMPAIGN, receipt(), body.answers(wrong), null, null, null));
        check(problem.getCode().toString().equals("answers_invalid"), problem);
        var faults = problem.getErrors().stream().map(fault -> fault.getPointer() + " " + fault.getCode()).sorted();
        check(faults.collect(Collectors.toList()).equals(
            List.of("/answers/cancer_type unknown_option", "/answers/distress out_of_bounds")), problem);

        // Read one's own, and withdraw it.
        var own = responses.getOwnResponse(CAMPAIGN, receipt).getAnswers();
        check(own.containsKey("sex") && own.get("sex") == null, own);
        check(own.get("treatments").equals(List.of("surgery")) && own.get("remark_your_days").equals("연락은 [email]"), own);
        responses.withdrawOwnResponse(CAMPAIGN, receipt);
        problem = refusal(410, () -> responses.getOwnResponse(CAMPAIGN, receipt));
        check(problem.getCode().toString().equals("response_withdrawn"), problem);

        // Log in, and export to a file.
        var tokens = new SessionsApi(client).createSession(
            new CreateSessionBody().email("demo@aftercare.example").password(password));
        var bearer = Map.of("Authorization", "Bearer " + tokens.getAccessToken());
        var exported = new ExportsApi(client).exportResponses(
            "daily-life-after-treatment", null, null, null, null, null, null, null, null, null, null, null, null, null, null,
            bearer);
        Files.move(exported.toPath(), file, StandardCopyOption.REPLACE_EXISTING);
        var lines = Files.readAllLines(file);
        check(lines.get(0).startsWith("campaign,form_version,language,week,") && lines.size() > 100, lines.get(0));

        System.out.printf("java: read, sent, replayed, refused, withdrew, exported %d rows%n", lines.size() - 1);
    }

    /** The codes that a condition compares answers with. */
    static Stream<String> values(ConditionDefinition condition) {
        if (condition == null) {
            return Stream.empty();
        }
        var own = new ArrayList<Object>(Arrays.asList(condition.getIs()));
        var parts = new ArrayList<ConditionDefinition>(Arrays.asList(condition.getNot()));
        if (condition.getIsOneOf() != null) own.addAll(condition.getIsOneOf());
        if (condition.getAll() != null) parts.addAll(condition.getAll());
        if (condition.getAny() != null) parts.addAll(condition.getAny());
        return Stream.concat(
            own.stream().filter(value -> value != null).map(Object::toString),
            parts.stream().flatMap(Round::values));
    }

    static Map<String, Object> answers() {
        var answers = new HashMap<String, Object>();
        answers.put("cancer_type", "stomach");
        answers.put("time_since_treatment", "months_6_to_12");
        answers.put("treatments", List.of("surgery"));
        answers.put("sex", null);
        answers.put("distress", 5);
        answers.put("remark_your_days", "연락은 me@example.org");
        return answers;
    }

    static String receipt() {
        var bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    interface Call {
        void make() throws ApiException;
    }

    /** The problem with which a call is refused. */
    static Problem refusal(int status, Call call) throws Exception {
        try {
            call.make();
        } catch (ApiException refused) {
            check(refused.getCode() == status, refused);
            return client.getObjectMapper().readValue(refused.getResponseBody(), Problem.class);
        }
        throw new AssertionError("what is wrong was taken");
    }

    static void check(boolean holds, Object otherwise) {
        if (!holds) throw new AssertionError(otherwise);
    }
}
