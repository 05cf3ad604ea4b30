<?php

declare(strict_types=1);

namespace Drupal\forewarn;

use Drupal\Core\Config\ConfigFactoryInterface;
use Drupal\Core\Site\Settings;
use GuzzleHttp\ClientInterface;
use GuzzleHttp\Exception\ConnectException;
use GuzzleHttp\Exception\GuzzleException;
use Psr\Http\Message\ResponseInterface;

/**
 * Asks Forewarn. Nothing is thrown because it is away, slow or refuses.
 *
 * Neither key nor article is in any reason.
 */
final class Client {

  private const CONNECT = 1.0;
  private const TOTAL = 3.0;

  /**
   * Of the whole time, for Forewarn; the rest is for the way.
   */
  private const SHARE = 0.8;

  private const VERDICTS = ['flagged', 'clear', 'not_checked'];

  /**
   * What is the same next time: the article is refused.
   */
  private const FINAL = [400, 413, 415, 422];

  public function __construct(
    private readonly ClientInterface $http,
    private readonly string $url,
    #[\SensitiveParameter] private readonly string $key = '',
    private readonly float $total = self::TOTAL,
  ) {}

  /**
   * The client of this site; the key is $settings['forewarn_key'].
   */
  public static function create(ClientInterface $http, ConfigFactoryInterface $config): self {
    $url = (string) $config->get('forewarn.settings')->get('url');
    return new self($http, $url, trim((string) Settings::get('forewarn_key', '')));
  }

  /**
   * Says what an article involves.
   *
   * @param array<string, mixed> $article
   *   The body of POST /v1/classify.
   * @param string|null $etag
   *   That of the answer to the last save.
   */
  public function classify(array $article, ?string $etag = NULL): Answer {
    $headers = ['X-Deadline-Ms' => (string) (int) (1000 * self::SHARE * $this->total)];
    if ($etag !== NULL) {
      $headers['If-None-Match'] = $etag;
    }
    if ($this->key !== '') {
      $headers['Authorization'] = "Bearer {$this->key}";
    }
    // Half a character, as a text cut by bytes ends with, becomes a sign for one.
    $body = json_encode($article, JSON_INVALID_UTF8_SUBSTITUTE);
    try {
      $response = $this->http->request('POST', rtrim($this->url, '/') . '/v1/classify', [
        'headers' => ['Content-Type' => 'application/json'] + $headers,
        'body' => $body,
        'connect_timeout' => self::CONNECT,
        'timeout' => $this->total,
        'http_errors' => FALSE,
        // To who knows where, with article and key.
        'allow_redirects' => FALSE,
      ]);
      return $this->read($response);
    }
    catch (ConnectException) {
      return Answer::none("Forewarn cannot be reached, or did not answer within {$this->total} s");
    }
    catch (GuzzleException | \RuntimeException | \InvalidArgumentException) {
      return Answer::none('the connection to Forewarn broke');
    }
  }

  /**
   * Reads what came back.
   */
  private function read(ResponseInterface $response): Answer {
    $status = $response->getStatusCode();
    if ($status === 304) {
      return new Answer('not_checked', unchanged: TRUE);
    }
    $found = json_decode((string) $response->getBody(), TRUE);
    $found = is_array($found) ? $found : [];
    if ($status !== 200) {
      return Answer::none($this->refusal($response, $found), !in_array($status, self::FINAL, TRUE));
    }
    $verdict = $found['verdict'] ?? NULL;
    if (!in_array($verdict, self::VERDICTS, TRUE)) {
      // A proxy's page, say.
      return Answer::none('what answered is not Forewarn, or cannot be read');
    }
    $reason = $verdict === 'not_checked' ? 'Forewarn says: ' . ($found['reason']['message'] ?? 'no more') : NULL;
    return new Answer($verdict, $reason, $found, $response->getHeaderLine('ETag') ?: NULL);
  }

  /**
   * What a status other than 200 says; a problem document (RFC 9457) says it in a sentence.
   *
   * @param \Psr\Http\Message\ResponseInterface $response
   *   The response.
   * @param array<string, mixed> $found
   *   Its body.
   */
  private function refusal(ResponseInterface $response, array $found): string {
    $told = '';
    if (str_starts_with($response->getHeaderLine('Content-Type'), 'application/problem+json')) {
      $told = ': ' . mb_substr((string) ($found['detail'] ?? ''), 0, 500);
      if (isset($found['errors'][0]['detail'])) {
        $told .= " {$found['errors'][0]['pointer']}: {$found['errors'][0]['detail']}";
      }
    }
    return "Forewarn answered {$response->getStatusCode()}$told";
  }

}
