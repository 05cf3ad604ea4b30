<?php

/**
 * @file
 * As much of Drupal's interface as the module meets, with Drupal's names and signatures.
 */

declare(strict_types=1);

namespace Drupal\Core\Config {
  interface ConfigFactoryInterface { public function get($name); }
}
namespace Drupal\Core\Site {
  final class Settings {
    public static array $values = [];
    public static function get($name, $default = NULL) { return self::$values[$name] ?? $default; }
  }
}
namespace Drupal\Core\KeyValueStore {
  interface KeyValueFactoryInterface { public function get($collection); }
}
namespace Drupal\Core\Queue {
  class SuspendQueueException extends \RuntimeException {}
  abstract class QueueWorkerBase {
    public function __construct(array $configuration, $plugin_id, $plugin_definition) {}
    abstract public function processItem($data);
  }
  class QueueFactory {
    public array $items = [];
    public function get($name, $reliable = FALSE) { return $this; }
    public function createItem($data) { $this->items[] = $data; }
  }
}
namespace Drupal\Core\Plugin {
  interface ContainerFactoryPluginInterface {}
}
namespace Drupal\Core\Entity {
  interface EntityTypeManagerInterface { public function getStorage($entity_type_id); }
}
namespace Drupal\Core\Form {
  interface FormStateInterface { public function getFormObject(); }
}
namespace Symfony\Component\DependencyInjection {
  interface ContainerInterface { public function get(string $id); }
}
namespace Drupal\node {
  interface NodeInterface {}
}
namespace {
  /**
   * A value with methods: each property that is a function is one.
   */
  class Thing implements Drupal\Core\Config\ConfigFactoryInterface, Drupal\Core\KeyValueStore\KeyValueFactoryInterface, Drupal\Core\Entity\EntityTypeManagerInterface, Drupal\Core\Form\FormStateInterface, Drupal\node\NodeInterface, Symfony\Component\DependencyInjection\ContainerInterface {
    public array $kept = [];
    public function __construct(private array $methods = []) {}
    public function __call($name, $given) { return ($this->methods[$name])(...$given); }
    public function get($name) { return ($this->methods['get'])($name); }
    public function getStorage($type) { return $this; }
    public function getFormObject() { return ($this->methods['getFormObject'])(); }
  }

  final class Drupal {
    public static array $services = [];
    public static function service($id) { return self::$services[$id]; }
    public static function messenger() { return self::$services['messenger']; }
    public static function logger($channel) { return self::$services['logger']; }
  }

  function t($text, array $given = []) { return strtr($text, $given); }
}
